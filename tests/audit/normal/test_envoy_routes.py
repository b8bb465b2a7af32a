from gateway.audit.normal.envoy_file import File, files_of
from gateway.audit.normal.envoy_routes import Route, is_whole, path_of, routes_of
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


def test_what_is_said_of_a_filter() -> None:
    def said(near: str, host: str = "{g: {}}") -> tuple[bool, object] | None:
        one = route(
            f"typed_per_filter_config: {{f: {near}}}", host=f"typed_per_filter_config: {host},"
        ).said_of("f")
        return None if one is None else (one.is_off, one.config.plain() if one.config else None)

    wrapped = "{'@type': type.googleapis.com/x.v3.FilterConfig, MORE}"
    off = "{disabled: true}"
    cases = [
        (said(off), (True, {"disabled": True})),
        (said("{check: 1}"), (False, {"check": 1})),
        (said(wrapped.replace("MORE", "disabled: true")), (True, None)),
        (said(wrapped.replace("MORE", f"config: {off}")), (True, {"disabled": True})),
        (said(wrapped.replace("MORE", "config: {}")), (False, None)),
        (said(wrapped.replace("MORE", "config: {}"), f"{{f: {off}}}"), (True, {"disabled": True})),
        (said("{check: 1}", f"{{f: {off}}}"), (False, {"check": 1})),
    ]
    assert [case for case in cases if case[0] != case[1]] == []
    assert route("match: {}").said_of("f") is None


def test_what_else_a_match_asks_for() -> None:
    not_post = "{name: ':method', string_match: {exact: POST}, invert_match: true}"
    share = "runtime_fraction: {default_value: {numerator: N}}"
    cases = {
        f"match: {{headers: [{not_post}]}}": (None, ("header :method",)),
        "match: {headers: [{name: ':method', exact_match: POST}]}": (frozenset({"POST"}), ()),
        "match: {headers: [{name: ':method', string_match: {prefix: P}}]}": (None, ("header :method",)),
        "match: {grpc: {}, tls_context: {}}": (None, ("grpc", "tls context")),
        f"match: {{{share.replace('N', '50')}}}": (None, ("a share of the requests",)),
        f"match: {{{share.replace('N', '100')}}}": (None, ()),
    }
    assert {one: (route(one).methods, route(one).conditions) for one in cases} == cases


def test_each_of_weighted_clusters_where_one_is_told_something() -> None:
    shares = "[{name: a, weight: 1}, {name: b, weight: 1, MORE}, {name: c, weight: 0}]"
    clusters = f"route: {{weighted_clusters: {{clusters: {shares}}}}}"
    text = f"{{virtual_hosts: [{{domains: [a], routes: [{{{clusters}}}]}}]}}"

    def found(more: str) -> list[tuple[list[str], list[object]]]:
        every = routes_of(*config(text.replace("MORE", more)))
        return [([to.name for to in one.backends], [name.value for name in one.removed]) for one in every]

    assert found("x: 1") == [(["a", "b", "c"], [])]
    assert found("request_headers_to_remove: [x]") == [(["a"], []), (["b"], ["x"])]


def test_routes_in_a_tree_of_matchers() -> None:
    kind = "'@type': type.googleapis.com/envoy.config.route.v3"
    one = f"{{{kind}.Route, match: {{prefix: /a}}}}"
    several = f"{{{kind}.RouteList, routes: [{{match: {{prefix: /b}}}}]}}"
    tree = f"{{map: {{x: {{action: {{typed_config: {one}}}}}, z: {{action: {{typed_config: {several}}}}}}}}}"
    routes = list(routes_of(*config(f"{{virtual_hosts: [{{domains: [a], matcher: {tree}}}]}}")))
    assert [(str(one.path), one.conditions) for one in routes] == [
        ("/a*", ("a matcher leads to it",)),
        ("/b*", ("a matcher leads to it",)),
    ]


def test_a_share_is_whole() -> None:
    cases = {"{numerator: 100}": True, "{numerator: 100, denominator: MILLION}": False, "{}": False}
    assert {one: is_whole(config(one)[1]) for one in cases} == cases
