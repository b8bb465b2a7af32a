"""Where requests go: every server by name, by certificates that can be used, and never for ever."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretFile, SecretReference, SecretUnavailable
from gateway.config.upstream import Health, Upstream, UpstreamServer, UpstreamTls
from gateway.config.world import World
from tests.config.files import Json, at_the_edge, change, remove, write
from tests.tls.authority import Authority

AUTHORITY = Authority()
OWN, OTHER = AUTHORITY.server(), AUTHORITY.server()
FILES = {
    "tls.crt": OWN.chain,
    "tls.key": OWN.key,
    "other.key": OTHER.key,
    "ca.crt": AUTHORITY.pem,
    "bad": b"x",
}
FILES["ca.pem"] = AUTHORITY.pem
ORDERS = ("upstreams", "orders")
SPIFFE = "spiffe://cluster.local/ns/shop/sa/orders"


def read(reference: SecretReference) -> bytes:
    name = reference.path.name if isinstance(reference, SecretFile) else ""
    if name == "nowhere":
        raise SecretUnavailable("the file cannot be read")
    return FILES.get(name, b"k" * 32)


def world(folder: Path, config: Json) -> World:
    return load_world(write(folder, config), read_secret=read)


def test_every_field_arrives(tmp_path: Path) -> None:
    pair = {"certificate": "file:tls.crt", "key": "file:tls.key"}
    config = at_the_edge()
    config["upstreams"]["orders"]["tls"] |= pair | {"ca": "file:ca.crt", "names": ["orders.shop.svc", SPIFFE]}
    found = world(tmp_path, config).upstreams
    assert found == {
        "orders": Upstream(
            id="orders",
            servers=(
                UpstreamServer(scheme="https", host="orders-0.shop.svc", port=8443),
                UpstreamServer(scheme="https", host="2001:db8::7", port=443),
            ),
            tls=UpstreamTls(
                ca=AUTHORITY.pem, certificate=OWN.chain, key=OWN.key, names=("orders.shop.svc", SPIFFE)
            ),
            connect_timeout_s=2,
            first_byte_timeout_s=30,
            idle_timeout_s=120,
            max_requests=100,
            health=Health(path="/healthz", every_s=5),
        ),
        "http://health.shop.svc:8080": Upstream(
            id="http://health.shop.svc:8080",
            servers=(UpstreamServer(scheme="http", host="health.shop.svc", port=8080),),
        ),
    }


def test_every_upstream_of_a_route_is_there(tmp_path: Path) -> None:
    found = world(tmp_path, at_the_edge())
    (policy,) = found.snapshot.policies.values()
    assert {route.upstream for route in policy.routes.routes} == set(found.upstreams)


@pytest.mark.parametrize(
    ("mistake", "path", "what"),
    [
        (change(*ORDERS, "servers", 0, to="http://a"), "servers", "some are http"),
        (change(*ORDERS, "servers", 1, to="https://orders-0.shop.svc:8443/"), "servers", "there twice"),
        (change(*ORDERS, "servers", 1, to="https://a/b"), "servers[1]", "path"),
        (change(*ORDERS, "servers", 1, to="a:80"), "servers[1]", "refused as a URL"),
        (change(*ORDERS, "servers", to=["http://a"]), "servers", "tls does nothing"),
        (change(*ORDERS, "servers", to=[]), "servers", "is empty"),
        (change(*ORDERS, "tls", to={}), "tls", "is empty"),
        (change(*ORDERS, "tls", "ca", to="file:bad"), "tls.ca", "authority of the servers"),
        (change(*ORDERS, "tls", "ca", to="file:nowhere"), "tls.ca", "cannot be read"),
        (change(*ORDERS, "tls", "key", to="file:tls.key"), "tls", "only one of"),
        (change(*ORDERS, "tls", "certificate", to="file:tls.crt"), "tls", "only one of"),
        (
            change(*ORDERS, "tls", to={"certificate": "file:tls.crt", "key": "file:other.key"}),
            "tls",
            "no pair",
        ),
        (
            change(*ORDERS, "tls", to={"certificate": "file:nowhere", "key": "file:tls.key"}),
            "tls.certificate",
            "cannot be read",
        ),
        (change(*ORDERS, "tls", "names", to=["*.shop.svc"]), "tls.names[0]", "neither a URI"),
        (change(*ORDERS, "tls", "names", to=["orders:80"]), "tls.names[0]", "neither a URI"),
        (change(*ORDERS, "tls", "names", to=["192.0.2.1"]), "tls.names[0]", "neither a URI"),
        (change(*ORDERS, "tls", "names", to=[]), "tls.names", "is empty"),
        (change(*ORDERS, "connect_timeout", to="0s"), "connect_timeout", "no time"),
        (change(*ORDERS, "first_byte_timeout", to="0s"), "first_byte_timeout", "no time"),
        (change(*ORDERS, "idle_timeout", to="0m"), "idle_timeout", "no time"),
        (change(*ORDERS, "health", "path", to="healthz"), "health.path", "not a path"),
        (change(*ORDERS, "health", "path", to="/a b"), "health.path", "not a path"),
        (change(*ORDERS, "health", "every", to="0s"), "health.every", "no time"),
        (change(*ORDERS, "max_requests", to=0), "max_requests", "out of range"),
        (remove(*ORDERS, "health", "path"), "health.path", "missing"),
    ],
)
def test_refused(tmp_path: Path, mistake: Callable[[Json], Any], path: str, what: str) -> None:
    config = at_the_edge()
    mistake(config)
    with pytest.raises(ConfigError) as caught:
        world(tmp_path, config)
    (problem,) = caught.value.problems
    assert problem.path == f"upstreams.orders.{path}"
    assert what in problem.what
    assert problem.fix
