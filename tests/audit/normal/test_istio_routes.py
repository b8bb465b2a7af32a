from gateway.audit.normal.istio_routes import rules_of
from tests.audit.normal.shown import lines
from tests.audit.normal.test_istio import SECURE, TO, door, service
from tests.audit.showing import estate_of, exposures


def delegate(http: str, *, name: str = "d", namespace: str = "shop") -> str:
    head = f"metadata: {{name: {name}, namespace: {namespace}}}"
    return f"apiVersion: networking.istio.io/v1\nkind: VirtualService\n{head}\nspec: {{http: [{http}]}}\n"


LEFT = "{match: [{uri: {prefix: /a}}], delegate: {name: d}}"
ELSEWHERE = LEFT.replace("name: d", "name: d, namespace: other")
CLEANED = LEFT.replace("{m", "{headers: {request: {remove: [authorization]}}, m")


def test_what_is_left_to_a_delegate_is_read_there() -> None:
    def found(http: str, *more: str) -> list[str]:
        given = lines(door(SECURE) + service(f"http: [{http}]"), *more)
        return [one.removeprefix("api.example.com").replace(" only open", "") for one in given]

    cases = [
        (found(LEFT, delegate(f"{{{TO}}}")), ["/a* -> b: yes"]),
        (found(LEFT, delegate(f"{{match: [{{uri: {{exact: /a/b}}}}], {TO}}}")), ["= /a/b -> b: yes"]),
        (
            found(LEFT, delegate(f"{{match: [{{uri: {{prefix: /a/b}}}}, {{}}], {TO}}}")),
            ["/a/b* -> b: yes", "/a* -> b: yes"],
        ),
        (found(LEFT), ["/a* -> d: yes"]),
        (found(LEFT, delegate(f"{{{TO}}}", namespace="other")), ["/a* -> d: yes"]),
        (
            found(
                LEFT.replace("name: d", "name: d, namespace: other"), delegate(f"{{{TO}}}", namespace="other")
            ),
            ["/a* -> b: yes"],
        ),
        (found(LEFT, delegate("{redirect: {uri: /}}")), ["/a* -> nowhere: no"]),
        (
            found(
                LEFT.replace("{m", "{headers: {request: {remove: [authorization]}}, m"), delegate(f"{{{TO}}}")
            ),
            ["/a* -> b: no"],
        ),
        (
            found(CLEANED, delegate(f"{{headers: {{}}, {TO}}}")),
            ["/a* -> b: yes"],
        ),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_both_say_which_requests() -> None:
    more = "mirror: {host: m}, rewrite: {uri: /}, delegate: {name: d}"
    root = f"{{match: [{{headers: {{x: {{}}}}, method: {{exact: GET}}}}], {more}}}"
    inner = delegate(f"{{match: [{{queryParams: {{y: {{}}}}, port: 80}}], {TO}}}")
    (one,) = exposures(door(SECURE) + service(f"http: [{root}]"), inner)
    assert one.methods == frozenset({"GET"})
    assert sorted(one.conditions) == ["header x", "port", "query parameter y"]
    assert [mirror.to for mirror in one.mirrors] == ["m"]
    assert one.rewrites
    assert one.of is not None
    assert one.of.name == "d"


def test_a_route_has_a_rule_for_each_match() -> None:
    estate = estate_of(service("http: [{match: [{uri: {exact: /a}}, {uri: {regex: b}}, {uri: {x: 1}}]}, {}]"))
    (of,) = estate.objects
    first, second = (of.node.descendant(("spec", "http", number)) for number in (0, 1))
    assert first is not None
    assert second is not None
    assert [str(one.path) for one in rules_of(estate, of, first)] == ["= /a", "~ b", "? "]
    assert [str(one.path) for one in rules_of(estate, of, second)] == ["/**"]
