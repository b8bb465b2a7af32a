"""What the matches of an HTTPRoute come to."""

import pytest

from tests.draft.manifests import drafted, http_route, only

READ = "GET,HEAD"


def path(kind: str, value: str) -> dict[str, object]:
    return {"path": {"type": kind, "value": value}}


@pytest.mark.parametrize(
    ("match", "row"),
    [
        (path("Exact", "/v1"), f"{READ} /v1"),
        (path("PathPrefix", "/v1"), f"{READ} /v1/**"),
        (path("PathPrefix", "/v1/"), f"{READ} /v1/**"),
        (path("RegularExpression", "^/v1/[^/]+$"), f"{READ} /v1/{{part1}}"),
        ({**path("Exact", "/v1"), "method": "POST"}, "POST /v1"),
        ({}, f"{READ} /**"),
    ],
)
def test_a_match_becomes_a_route(match: dict[str, object], row: str) -> None:
    made = drafted(http_route(match))
    assert only(made) == {f"{row} -> orders"}
    assert made.left_out == ()


@pytest.mark.parametrize(
    "match",
    [
        {**path("Exact", "/v1"), "headers": [{"name": "a", "value": "b"}]},
        {**path("Exact", "/v1"), "queryParams": [{"name": "a", "value": "b"}]},
        {**path("Exact", "/v1"), "method": "TRACE"},
        path("RegularExpression", "/v[0-9]"),
        path("Glob", "/v1"),
        {"path": "/v1"},
        {"method": ["GET"]},
        {"path": {"type": "Exact", "value": 1}},
    ],
)
def test_what_no_route_can_say_is_left_out(match: dict[str, object]) -> None:
    made = drafted(http_route(match))
    assert made.policies == ()
    assert len(made.left_out) >= 1


def test_a_rule_without_matches_is_for_every_path() -> None:
    assert only(drafted(http_route())) == {f"{READ} /** -> orders"}


def test_a_header_that_may_send_it_elsewhere_takes_the_broader_route_out() -> None:
    headers = {"headers": [{"name": "a", "value": "b"}]}
    canary = http_route({**path("PathPrefix", "/v1"), **headers}, service="two")
    made = drafted(canary, http_route(path("PathPrefix", "/v1")))
    assert made.policies == ()
    other = drafted(canary, http_route(path("PathPrefix", "/v2")))
    assert only(other) == {f"{READ} /v2/** -> orders"}
    same_service = http_route({**path("PathPrefix", "/v1"), **headers})
    assert only(drafted(same_service, http_route(path("PathPrefix", "/v1")))) == {f"{READ} /v1/** -> orders"}


def test_methods_that_go_elsewhere_are_taken_out() -> None:
    made = drafted(
        http_route({**path("PathPrefix", "/v1"), "method": "GET"}, service="reads"),
        http_route(path("PathPrefix", "/v1")),
    )
    assert only(made) == {"GET /v1/** -> reads", "HEAD /v1/** -> orders"}
    assert "without GET" in str(made.remarks)


def test_a_search_may_match_anywhere_where_it_is_not_anchored() -> None:
    loose = http_route(path("RegularExpression", "/v1/x"), service="two")
    assert only(drafted(loose, http_route(path("PathPrefix", "/a")))) == {f"{READ} /v1/x -> two"}
    tight = http_route(path("RegularExpression", "^/v1/x$"), service="two")
    assert len(only(drafted(tight, http_route(path("PathPrefix", "/a"))))) == 2


def test_a_redirect_reaches_no_backend_and_takes_nothing_out() -> None:
    redirect = http_route(path("PathPrefix", "/"), service="none")
    redirect["spec"]["rules"][0]["filters"] = [{"type": "RequestRedirect"}]
    made = drafted(redirect, http_route(path("PathPrefix", "/")))
    assert only(made) == {f"{READ} /** -> orders"}
    assert "redirects" in str(made.remarks)


@pytest.mark.parametrize("kind", ["ExternalAuth", "RequestMirror", "ExtensionRef"])
def test_filters_that_matter_are_said(kind: str) -> None:
    one = http_route(path("PathPrefix", "/"))
    one["spec"]["rules"][0]["filters"] = [{"type": kind}]
    assert len(drafted(one).remarks) == 1


def test_several_services_share_one_audience_and_none_is_no_backend() -> None:
    one = http_route(path("PathPrefix", "/"))
    one["spec"]["rules"][0]["backendRefs"] = [{"name": "one"}, {"name": "two"}, {"name": "off", "weight": 0}]
    (route,) = drafted(one).policies[0].routes
    assert route.sources[0].backend.services == ("one", "two")
    one["spec"]["rules"][0]["backendRefs"] = []
    assert drafted(one).policies == ()
