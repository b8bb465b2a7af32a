from gateway.audit.normal.contour_routes import routes_of
from tests.audit.showing import estate_of


def proxy(name: str, spec: str) -> str:
    head = f"apiVersion: projectcontour.io/v1\nkind: HTTPProxy\nmetadata: {{name: {name}, namespace: shop}}"
    return f"{head}\nspec: {{{spec}}}\n"


def found(*proxies: str) -> list[str]:
    estate = estate_of(*proxies)
    return [
        f"{one.of.name} {one.path} {list(one.conditions)}" for one in routes_of(estate, estate.objects[0])
    ]


def test_conditions_of_a_route() -> None:
    cases = {
        "{}": "p /** []",
        "{conditions: [{prefix: /a}]}": "p /a* []",
        "{conditions: [{exact: /a}]}": "p = /a []",
        "{conditions: [{header: {name: x}}, {exact: /a}]}": "p = /a ['header x']",
        "{conditions: [{exact: /a, header: {name: x}}]}": "p = /a ['header x']",
        "{conditions: [{exact: /a}, {header: {name: x}}]}": "p /a* ['header x']",  # as Contour 1.33 has it
        "{conditions: [{regex: /a.*}, {queryParameter: {name: y}}]}": "p ~ /a.* ['query parameter y']",
    }
    assert {one: found(proxy("p", f"routes: [{one}]"))[0] for one in cases} == cases


def test_what_is_included_is_below_its_conditions() -> None:
    root = proxy(
        "p", "virtualhost: {fqdn: a}, includes: [{name: c, conditions: [{prefix: /a}, {header: {name: x}}]}]"
    )
    child = proxy("c", "routes: [{conditions: [{prefix: /b}]}, {}, {conditions: [{exact: /c}]}]")
    assert found(root, child) == ["c /a/b* ['header x']", "c /a* ['header x']", "c = /a/c ['header x']"]
    assert found(root) == []
    strung = {
        "{prefix: /a/}": "/a/b*",
        "{prefix: a}": "a/b*",
        "{prefix: /}": "/b*",
        "{header: {name: x}}": "/b*",
    }
    below = proxy("c", "routes: [{conditions: [{prefix: //b}]}]")
    assert {one: found(root.replace("{prefix: /a}", one), below)[0].split()[1] for one in strung} == strung
    whole = proxy("c", "routes: [{conditions: [{prefix: /b/}]}, {conditions: [{regex: '/[0-9]+'}]}]")
    assert [one.split()[1:3] for one in found(root, whole)] == [["/a/b/*", "['header"], ["~", "/a/[0-9]+"]]


def test_an_inclusion_without_an_end_has_one() -> None:
    one = proxy("p", "virtualhost: {fqdn: a}, includes: [{name: c}]")
    other = proxy("c", "includes: [{name: c}], routes: [{}]")
    assert found(one, other) == ["c /** []"]


def test_mirrors_and_the_order_of_routes() -> None:
    estate = estate_of(
        proxy("p", "routes: [{services: [{name: a}, {name: m, mirror: true}]}, {conditions: [{exact: /a}]}]")
    )
    first, second = routes_of(estate, estate.objects[0])
    assert [one.to for one in first.mirrors] == ["m"]
    assert second.rank < first.rank
