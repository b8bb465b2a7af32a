"""What the paths of an Ingress come to, controller by controller."""

import pytest

from tests.draft.manifests import drafted, ingress, only, opened

READ = "GET,HEAD"


@pytest.mark.parametrize(
    ("kind", "path", "template"),
    [
        ("Exact", "/v1", "/v1"),
        ("Exact", "/v1/", "/v1"),
        ("Exact", "/", "/"),
        ("Prefix", "/", "/**"),
        ("Prefix", "/v1", "/v1/**"),
        ("Prefix", "/v1/", "/v1/**"),
        ("ImplementationSpecific", "/v1", "/v1/**"),
    ],
)
def test_a_path_becomes_a_template(kind: str, path: str, template: str) -> None:
    made = drafted(ingress((kind, path, "orders")))
    assert only(made) == {f"{READ} {template} -> orders"}
    assert made.left_out == ()


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        *(("Prefix", path) for path in ("v1", "/{id}", "/a*", "/a//b", "/a%2fb", "/a/../b", "/a;b")),
        ("Exact", "/ä\u202e"),
        *(("", "/v1"), ("prefix", "/v1"), ("Exact", ""), ("Prefix", "/" + "a" * 1100)),
    ],
)
def test_a_path_that_no_policy_can_say_is_left_out(kind: str, path: str) -> None:
    made = drafted(ingress((kind, path, "orders"), ("Exact", "/good", "orders")))
    assert only(made) == {f"{READ} /good -> orders"}
    (problem,) = made.left_out
    assert problem.file == "shop.yaml"
    assert problem.line > 1
    assert problem.fix
    assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1", "/v1/**"),
        ("/v1(/|$)(.*)", "/v1/**"),
        ("/v1/(.*)", "/v1/**"),
        ("/(.*)", "/**"),
        (r"/v1\.0/orders$", "/v1.0/orders"),
        ("/v1/([^/]+)$", "/v1/{part1}"),
        ("/v1/[^/]+/items/([^/]+)$", "/v1/{part1}/items/{part2}"),
    ],
)
def test_with_use_regex_every_path_is_one(path: str, template: str) -> None:
    made = drafted(ingress(("ImplementationSpecific", path, "orders"), use_regex="true"))
    assert only(made) == {f"{READ} {template} -> orders"}


@pytest.mark.parametrize(
    "path", ["/v1.0", "/v[0-9]+", "/a|/b", "/a/(.*)/b", "/(?i)a", "/ab?", r"/\d", "/a/[^/]*"]
)
def test_a_regular_expression_that_is_not_understood_is_left_out(path: str) -> None:
    made = drafted(ingress(("ImplementationSpecific", path, "orders"), rewrite_target="/$1"))
    assert made.policies == ()
    assert len(made.left_out) == 1


def test_one_ingress_with_regex_changes_the_paths_of_others_on_its_host() -> None:
    """A prefix is then a text, in either case: /foobar would be counted as the other backend's."""
    plain = ingress(("Prefix", "/foo", "orders"), ("Prefix", "/", "web"))
    assert len(only(drafted(plain))) == 2
    regex = ingress(("ImplementationSpecific", "/x/(.*)", "x"), use_regex="true")
    made = drafted(plain, regex)
    assert only(made) == {f"{READ} /foo/** -> orders", f"{READ} /x/** -> x"}
    assert "Prefix /" in str(made.left_out)


@pytest.mark.parametrize(("name", "routes"), [("haproxy", 2), ("nginx", 2), ("traefik", 1), ("my", 1)])
def test_a_prefix_is_a_text_where_nothing_says_otherwise(name: str, routes: int) -> None:
    both = ingress(("Prefix", "/foo", "orders"), ("Prefix", "/", "web"))
    both["spec"]["ingressClassName"] = name
    assert len(only(drafted(both))) == routes
    both = ingress(("Prefix", "/foo/", "orders"), ("Prefix", "/", "web"))
    both["spec"]["ingressClassName"] = name
    assert len(only(drafted(both))) == 2


def test_an_unknown_controller_may_mean_anything_by_implementation_specific() -> None:
    one = ingress(("ImplementationSpecific", "/v1", "orders"))
    one["spec"]["ingressClassName"] = "alb"
    assert drafted(one).policies == ()
    assert only(drafted(one, controller="contour")) == {f"{READ} /v1/** -> orders"}


@pytest.mark.parametrize(
    "name",
    [
        "traefik.ingress.kubernetes.io/router.pathmatcher",
        "haproxy-ingress.github.io/path-type",
        "nginx.org/path-regex",
    ],
)
def test_annotations_that_give_paths_another_meaning_leave_them_out(name: str) -> None:
    one = ingress(("Prefix", "/v1", "orders"))
    one["metadata"]["annotations"] = {name: "regex"}
    assert drafted(one).policies == ()


def test_a_priority_of_its_own_leaves_out_what_overlaps() -> None:
    one = ingress(("Prefix", "/v1/", "orders"), ("Prefix", "/", "web"), ("Prefix", "/", "web"))
    one["metadata"]["annotations"] = {"traefik.ingress.kubernetes.io/router.priority": "1"}
    one["spec"]["ingressClassName"] = "traefik"
    assert drafted(one).policies == ()


def test_a_default_backend_and_rules_without_a_host_need_one() -> None:
    one = ingress(("Prefix", "/v1", "orders"), host="")
    one["spec"]["defaultBackend"] = {"service": {"name": "web", "port": {"name": "http"}}}
    made = drafted(one)
    assert made.policies == ()
    assert made.lacks_host
    assert len(made.left_out) == 2
    named = drafted(one, host="api.example.com")
    assert only(named) == {f"{READ} /v1/** -> orders", f"{READ} /** -> web"}
    assert named.left_out == ()


def test_a_backend_that_is_no_service_is_left_out_and_so_is_what_it_may_take() -> None:
    one = ingress(("Prefix", "/files", "x"), ("Prefix", "/", "web"), ("Exact", "/v1", "orders"))
    one["spec"]["rules"][0]["http"]["paths"][0]["backend"] = {"resource": {"kind": "Bucket", "name": "b"}}
    made = drafted(one)
    assert only(made) == {f"{READ} /v1 -> orders"}
    assert len(made.left_out) == 2


def test_a_canary_changes_no_route_and_is_said() -> None:
    made = drafted(ingress(("Prefix", "/v1", "orders")), ingress(("Prefix", "/v1", "canary"), canary="true"))
    assert only(made) == {f"{READ} /v1/** -> orders"}
    assert "canary" in str(made.remarks)


def test_hosts_with_other_routes_get_policies_of_their_own() -> None:
    made = drafted(
        ingress(("Prefix", "/v1", "orders")),
        ingress(("Prefix", "/v1", "orders"), host="b.example.com"),
        ingress(("Prefix", "/v2", "orders"), host="c.example.com"),
    )
    assert [one.hosts for one in made.policies] == [("api.example.com", "b.example.com"), ("c.example.com",)]
    assert opened(made)["c.example.com"] == {f"{READ} /v2/** -> orders"}


def test_a_host_without_tls_is_said() -> None:
    one = ingress(("Prefix", "/v1", "orders"))
    assert drafted(one).remarks == ()
    del one["spec"]["tls"]
    assert "api.example.com: tokens would go in clear" in str(drafted(one).remarks)
