from gateway.audit.normal.envoy_file import File, files_of
from gateway.audit.normal.envoy_routes import Route, path_of, routes_of
from gateway.config.tree import Node
from tests.audit.showing import estate_of


def config(text: str) -> tuple[File, Node]:
    (file,) = files_of(estate_of(f"static_resources: {text}"))
    node = file.root.child("static_resources")
    assert node is not None
    return file, node


def route(text: str, *, host: str = "", above: str = "") -> Route:
    virtual = f"{{domains: [a.b:443], {host} routes: [{{{text}}}]}}"
    (found,) = routes_of(*config(f"{{virtual_hosts: [{virtual}]{above}}}"))
    return found


def test_hosts_without_their_ports() -> None:
    text = "{virtual_hosts: [{domains: ['*', A.b, 'a.b:*', '*.c:80'], routes: [{}]}]}"
    assert [one.host for one in routes_of(*config(text))] == ["", "a.b", "*.c"]


def test_paths() -> None:
    cases = {
        "{prefix: /}": "/**",
        "{prefix: /a}": "/a*",
        "{path: /a}": "= /a",
        "{path_separated_prefix: /a}": "/a/**",
        "{safe_regex: {regex: /a.*}}": "~ /a.*",
        "{connect_matcher: {}}": "? ",
    }
    assert {one: str(path_of(config(one)[1])) for one in cases} == cases


def test_methods_and_conditions() -> None:
    method = "{name: ':method', string_match: {exact: post}}"
    one = route(f"match: {{headers: [{method}, {{name: x}}], query_parameters: [{{name: q}}]}}")
    assert one.methods == frozenset({"POST"})
    assert one.conditions == ("header x", "query parameter q")
    assert route("match: {headers: [{name: ':method', present_match: true}]}").methods is None
    assert route("match: {}").methods is None


def test_where_requests_go() -> None:
    def names(action: str) -> list[str]:
        return [one.name for one in route(action).backends]

    assert names("route: {cluster: a}") == ["a"]
    assert names("route: {weighted_clusters: {clusters: [{name: a}, {name: b}]}}") == ["a", "b"]
    assert names("route: {cluster_header: x-to}") == ["x-to"]
    assert names("redirect: {https_redirect: true}") == []
    assert [
        one.to for one in route("route: {cluster: a, request_mirror_policies: [{cluster: m}]}").mirrors
    ] == ["m"]
    assert route("route: {cluster: a, prefix_rewrite: /}").rewrites
    assert not route("route: {cluster: a}").rewrites


def test_what_is_said_nearest_counts() -> None:
    said = "typed_per_filter_config: {f: {at: WHERE}}"
    near, virtual, whole = (said.replace("WHERE", one) for one in ("route", "host", "all"))
    cases = {
        "route": route(near, host=f"{virtual},", above=f", {whole}"),
        "host": route("match: {}", host=f"{virtual},", above=f", {whole}"),
        "all": route("match: {}", above=f", {whole}"),
    }
    for wanted, one in cases.items():
        found = one.per_filter("f")
        assert found is not None
        assert found.plain() == {"at": wanted}
    assert cases["all"].per_filter("g") is None


def test_removed_headers_and_tls() -> None:
    one = route("request_headers_to_remove: [a]", host="require_tls: ALL, request_headers_to_remove: [b],")
    assert [name.value for name in one.removed] == ["a", "b"]
    assert one.needs_tls
    assert not route("match: {}").needs_tls
