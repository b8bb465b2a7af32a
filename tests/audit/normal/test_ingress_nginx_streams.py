"""Ports that ingress-nginx opens past everything that is said of requests."""

from gateway.audit.exposure import Backend, Reaches, Tls
from tests.audit.nginx_texts import config_map
from tests.audit.showing import exposures


def test_each_port_is_a_door_without_authentication() -> None:
    ports = {"9000": "shop/orders:8080", "9001": "shop/db:5432:PROXY", "9002": "nonsense", "9003": "shop/"}
    found = exposures(config_map(ports, name="tcp-services"))
    assert [(one.conditions, one.backends) for one in found] == [
        (("tcp port 9000",), (Backend("shop", "orders", "8080"),)),
        (("tcp port 9001",), (Backend("shop", "db", "5432"),)),
    ]
    assert {(one.tls, one.auth, one.token.reaches) for one in found} == {
        (Tls.PASSED_THROUGH, None, Reaches.YES)
    }
    assert found[0].source.pointer in {"data.9000", 'data["9000"]'}
