"""Routers, wherever they are written."""

from gateway.audit.normal.traefik.router import Protocol
from gateway.audit.normal.traefik.routers import routers
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of

FILE = """\
http:
  routers:
    a: {Rule: Host(`a`), EntryPoints: web, priority: "7", service: s, middlewares: [m, n@file], tls: true}
    b: {service: s}
udp: {routers: {u: {service: s, entryPoints: [dns]}}}
"""


def test_of_a_file() -> None:
    a, u = routers(estate_of(FILE))
    assert (a.name, a.rule, a.priority, a.entry_points) == ("a", "Host(`a`)", 7, ("web",))
    assert [one.name for one in a.middlewares] == ["m", "n@file"]
    assert a.tls is not None
    assert (u.protocol, u.entry_points) == (Protocol.UDP, ("dns",))


def test_of_objects() -> None:
    (one,) = routers(estate_of(w.route(middlewares=["m"], annotations="{kubernetes.io/ingress.class: edge}")))
    assert (one.name, one.class_name, one.namespace) == ("shop/orders", "edge", "shop")
    assert [(ref.name, ref.namespace) for ref in one.middlewares] == [("m", "shop")]
    assert routers(estate_of(w.route(rule=""))) == ()


def test_the_middlewares_of_its_one_service_come_after_its_own() -> None:
    one = "{name: s, port: 80, middlewares: [{name: of-the-service}]}"
    (found,) = routers(estate_of(w.route(middlewares=["own"], services=f"[{one}]")))
    assert [ref.name for ref in found.middlewares] == ["own", "of-the-service"]
    (found,) = routers(estate_of(w.route(middlewares=["own"], services=f"[{one}, {{name: t, port: 80}}]")))
    assert [ref.name for ref in found.middlewares] == ["own"]


def test_parents_that_are_each_others_come_to_an_end() -> None:
    def of(name: str, parent: str) -> str:
        spec = f"{{parentRefs: [{{name: {parent}}}], routes: [{{match: Path(`/{name}`)}}]}}"
        return w.object("IngressRoute", name, spec)

    found = routers(estate_of(of("a", "b"), of("b", "a"), of("c", "c")))
    assert sorted({one.name for one in found}) == ["shop/a", "shop/b", "shop/c"]
