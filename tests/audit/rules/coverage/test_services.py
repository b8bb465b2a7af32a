from dataclasses import replace
from typing import Any

import pytest

from gateway.audit.estate.estate import Estate
from gateway.audit.exposure import Backend, Tls
from gateway.audit.rules.coverage.services import ELSEWHERE, MISSING, NO_SELECTOR, REACHED_PAST, SIDE_DOOR
from tests.audit.exposing import asked, guarded, ingress, route, said
from tests.audit.shop import service
from tests.audit.showing import estate_of


def test_another_host_leads_to_a_protected_service() -> None:
    mine = guarded("a.example/")
    assert said(SIDE_DOOR, mine, route("b.example/")) == [
        "b.example /** leads to orders unasked, a.example /** does not"
    ]
    assert said(SIDE_DOOR, mine, route("a.example/x")) == [], "that is an open path of a protected host"
    assert len(said(SIDE_DOOR, mine, route("a.example/", tls=Tls.PASSED_THROUGH))) == 1
    assert len(said(SIDE_DOOR, mine, route("/"))) == 1
    assert said(SIDE_DOOR, mine, route("b.example/", to="posts:80"), guarded("c.example/")) == []
    assert said(SIDE_DOOR, mine, route("b.example/", public="the same for all")) == []
    variable = guarded("a.example/", to="$upstream:"), route("b.example/", to="$upstream:")
    assert said(SIDE_DOOR, *variable) == [], "it is another one in each server"


def test_another_port_is_another_door() -> None:
    estate = estate_of(service())
    mine = guarded("a.example/", to="orders:8080")
    told = {
        port: len(said(SIDE_DOOR, mine, route("b.example/", to=f"orders:{port}"), estate=estate))
        for port in ("8080", "http", "9090", "metrics", "", "unknown")
    }
    assert told == {"8080": 1, "http": 1, "9090": 0, "metrics": 0, "": 1, "unknown": 1}


def test_a_stream_leads_to_a_protected_service() -> None:
    estate = estate_of(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tcp-services, namespace: ingress-nginx}\n"
        'data: {"9000": "shop/orders:8080", "9001": "shop/posts:80", "9002": nonsense}\n'
    )
    assert said(SIDE_DOOR, guarded("a.example/"), estate=estate) == [
        "port 9000 leads to orders unasked, a.example /** does not"
    ]
    read = route("/", of=estate.objects[0], tls=Tls.PASSED_THROUGH)
    assert len(said(SIDE_DOOR, guarded("a.example/"), read, estate=estate)) == 1, "not twice"


@pytest.mark.parametrize(
    ("spec", "begins"),
    [
        ("type: ClusterIP", None),
        ("type: NodePort", "every node opens a port"),
        ("type: LoadBalancer", "a load balancer opens"),
        ("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]", None),
        ("type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0]", "a load balancer opens"),
        ("externalIPs: [192.0.2.1]", "external addresses lead"),
    ],
)
def test_ways_past_the_controller(spec: str, begins: str | None) -> None:
    estate = estate_of(service(spec))
    told = said(REACHED_PAST, guarded("a.example/"), estate=estate)
    assert [one.startswith(begins or "") for one in told] == ([] if begins is None else [True])
    assert said(REACHED_PAST, route("a.example/"), estate=estate) == [], "nothing is protected"


def test_a_name_outside() -> None:
    def told(name: str, *routes: Any) -> list[str]:
        estate = estate_of(service(f"type: ExternalName, externalName: {name}"))
        return [one.partition(":")[0] for one in said(ELSEWHERE, *routes, estate=estate)]

    assert told("api.example.net", guarded("a.example/")) == ["high"]
    assert told("api.example.net", route("a.example/")) == ["medium"]
    assert told("orders.other.svc.cluster.local", guarded("a.example/")) == ["low"]
    assert told("api.example.net", route("a.example/", to="posts:80")) == []


def test_a_service_that_chooses_no_pods() -> None:
    estate = estate_of(service("clusterIP: None"))
    assert len(said(NO_SELECTOR, guarded("a.example/"), estate=estate)) == 1
    assert said(NO_SELECTOR, route("a.example/"), estate=estate) == []
    assert said(NO_SELECTOR, guarded("a.example/"), estate=estate_of(service())) == []


def test_what_is_missing_where_others_were_shown() -> None:
    def told(*texts: str, to: str = "orders:8080", whole: bool = False) -> list[str]:
        own = asked(service=None)
        return said(MISSING, guarded("a.example/", to=to, auth=own), estate=estate_of(*texts, is_whole=whole))

    assert told() == []
    assert told(service()) == told(service(), to="orders:http") == told(service(), to="orders:") == []
    assert told(service(), to="order:8080") == [
        "a.example /** leads to Service/shop/order, which is not there"
    ]
    assert told(service(), to="orders:81") == [
        "a.example /** leads to port 81 of Service/shop/orders, which is not there"
    ]
    assert told(service(namespace="other")) == []
    assert len(told(whole=True)) == 1


def test_whoever_is_asked_is_missing() -> None:
    there = service(name="other", namespace="token-gateway")
    assert said(MISSING, guarded("a.example/"), estate=estate_of(there)) == [
        "high: a.example /** is to be asked about at Service/token-gateway/token-gateway, which is not there"
    ]
    assert said(MISSING, guarded("a.example/"), estate=Estate()) == []


def test_what_is_no_service_is_not_looked_for() -> None:
    other = route("a.example/", of=ingress())
    files = Backend("", "10.0.0.1:80", "80")
    estate = estate_of(service())
    assert (
        said(
            MISSING,
            replace(other, backends=(files, Backend("shop", "x", "", "TraefikService"))),
            estate=estate,
        )
        == []
    )
