"""Backends and mirrors."""

from gateway.audit.exposure import Backend
from gateway.audit.normal.traefik.routers import routers
from gateway.audit.normal.traefik.services import served
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of


def backends(*texts: str) -> tuple[Backend, ...]:
    estate = estate_of(*texts)
    return served(estate, routers(estate)[0]).backends


def test_services_that_are_made_of_each_other_come_to_an_end() -> None:
    spec = "{weighted: {services: [{name: s, kind: TraefikService}, {name: s, kind: TraefikService}]}}"
    ring = w.object("TraefikService", "s", spec)
    assert backends(w.route(services="[{name: s, kind: TraefikService}]"), ring) == ()


def test_failover_may_go_to_both() -> None:
    file = (
        "{routers: {r: {rule: Host(`a`), service: f}}, services: {"
        "f: {failover: {service: one, fallback: two}}, "
        "one: {loadBalancer: {servers: [{url: 'http://user:pass@a.example:1'}]}}, "
        "two: {loadBalancer: {servers: [{url: 'not a url'}, {url: 'http://b.example:2'}]}}}}"
    )
    assert backends(f"http: {file}") == (
        Backend("", "a.example", "1", "Server"),
        Backend("", "b.example", "2", "Server"),
    )


def test_what_was_not_given_is_a_backend_by_its_name() -> None:
    found = backends(w.route(services="[{name: s, kind: TraefikService}, {name: x@file}]"))
    assert found == (
        Backend("shop", "s", "", "TraefikService"),
        Backend("shop", "x@file", "", "TraefikService"),
    )
