from dataclasses import replace

from gateway.audit.doors import (
    Asked,
    api_of,
    asks_nobody,
    by_host,
    named,
    protected_ones,
    services_behind,
    wider_hosts,
    workloads_behind,
)
from gateway.audit.estate.selectors import Workloads
from gateway.audit.exposure import Backend, Tls
from gateway.audit.rule import View
from tests.audit.exposing import asked, guarded, ingress, route
from tests.audit.shop import deployment, service
from tests.audit.showing import estate_of


def test_names() -> None:
    assert named(route("a.example/v1")) == "a.example /v1/**"
    assert named(route("/")) == "any host /**"
    assert named(route("a.example/", tls=Tls.PASSED_THROUGH)) == "a.example"
    assert named(route("a.example~/\x1b[31m")) == 'a.example ~ "/\\u001b[31m"'


def test_apis() -> None:
    assert api_of(route(of=ingress())).group == "networking.k8s.io"
    assert api_of(route()).group == ""


def test_wildcards_above_a_host() -> None:
    assert list(wider_hosts("a.b.c")) == ["*.b.c", "*.c"]
    assert list(wider_hosts("*.b.c")) == ["*.c"]
    assert list(wider_hosts("a." * 127 + "b")) == [], "no name is that long"


def test_which_routes_ask_nobody() -> None:
    assert asks_nobody(route())
    assert not asks_nobody(route(to=""))
    assert not asks_nobody(route(public="welcome"))
    assert not asks_nobody(guarded())


def test_what_leads_to_whoever_is_asked() -> None:
    there = Asked(
        [
            guarded(auth=asked(url="http://[broken", service=None)),
            guarded(auth=asked(service=None, url="https://$host/auth/check")),
        ]
    )
    assert there.is_behind(route("a.example/auth", to="signing:80"))
    assert there.is_behind(route("a.example/auth/check", to="signing:80"))
    assert not there.is_behind(route("a.example/auth"))
    assert not there.is_behind(route("a.example/", to="signing:80"))
    assert not there.is_behind(route("a.example/auth/check/more", to="signing:80"))
    assert not there.is_behind(route("a.example~/auth/check", to="signing:80")), "others match it too"


def test_whoever_is_asked_outside_kubernetes_is_known_by_the_address() -> None:
    there = Asked([guarded(auth=asked(url="http://portal:4180/verify", service=None))])
    portal, port, cluster = (
        replace(route("a.example/sign-in"), backends=(Backend(namespace, "portal", number),))
        for namespace, number in (("", "4180"), ("", "80"), ("x", "4180"))
    )
    assert there.is_behind(portal)
    assert not there.is_behind(port)
    assert not there.is_behind(cluster)


def test_routes_by_host_and_by_guard() -> None:
    both = (route("a.example/"), guarded("b.example/"))
    assert sorted(by_host(both)) == ["a.example", "b.example"]
    assert protected_ones(View(estate=estate_of(), exposures=both)) == [both[1]]


def test_each_service_and_each_workload_once() -> None:
    opened, closed = route("a.example/"), guarded("b.example/")
    again = guarded("c.example/", to="orders:http")
    estate = estate_of(service(), deployment())
    view = View(estate=estate, exposures=(opened, closed, again))
    behind = list(services_behind(view, view.exposures))
    assert [(one.backend.port, one.exposure.host) for one in behind] == [
        ("8080", "b.example"),
        ("http", "c.example"),
    ]
    (found,) = workloads_behind(view, view.exposures, Workloads(estate))
    assert found.workload.of.owner == "Deployment/shop/orders"
