"""What the routes of an IngressRoute come to."""

import pytest

from tests.draft.manifests import drafted, ingress_route, only, opened

READ = "GET,HEAD"
HOST = "Host(`api.example.com`)"


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("", {"/**"}),
        (" && Path(`/v1`)", {"/v1"}),
        (' && PathPrefix("/v1")', {"/v1/**"}),
        (" && PathPrefix(`/v1/`)", {"/v1/**"}),
        (r" && PathRegexp(`^/v1/[^/]+$`)", {"/v1/{part1}"}),
        (" && (Path(`/v1`) || Path(`/v2`))", {"/v1", "/v2"}),
    ],
)
def test_a_rule_becomes_routes(rule: str, rows: set[str]) -> None:
    made = drafted(ingress_route(HOST + rule))
    assert only(made) == {f"{READ} {row} -> orders" for row in rows}
    assert made.left_out == ()


def test_methods_are_those_of_the_rule() -> None:
    made = drafted(ingress_route(f"{HOST} && Path(`/v1`) && Method(`post`)", f"{HOST} && Method(`PUT`)"))
    assert only(made) == {"POST /v1 -> orders", "PUT /** -> orders"}


@pytest.mark.parametrize(
    "rule",
    [
        *(" && Header(`a`, `b`)", " && HeaderRegexp(`a`, `b`)", " && Query(`a`, `b`)", " && ClientIP(`::1`)"),
        *(" && !Path(`/admin`)", " && !PathPrefix(`/admin`)", " && !Method(`POST`)", " && Unheard(`x`)"),
        *(" && Path(`/a`) && PathPrefix(`/a`)", " && Method(`GET`) && Method(`PUT`)", " && Path(`/a`, `/b`)"),
        *(" && PathRegexp(`/v1`)", " && PathRegexp(`^/v[0-9]`)", " && Path(`/{id:[0-9]+}`)"),
        *(" || Path(`/a`)", " && !Host(`b.example.com`)", " && Host(`b.example.com`)"),
        *(" &&", " && Path(/a)", " && Path()", ")", " & Path(`/a`)", " && Path(`/a)"),
        " && (" * 20 + "Path(`/a`)" + ")" * 20,
        " && (Path(`/a`) || Path(`/b`))" * 8,
        " " * 5000,
    ],
)
def test_what_no_route_can_say_is_left_out(rule: str) -> None:
    made = drafted(ingress_route(HOST + rule))
    assert made.left_out != () or not made.policies
    assert made.policies == () or rule.startswith(" ||") or rule.isspace()


def test_the_longer_rule_wins_and_the_policy_has_to_agree() -> None:
    """Traefik sends /v1/orders to `long`: a policy would take the more specific path."""
    clash = (
        ingress_route(f"{HOST} && PathPrefix(`/v1/orders/`)", service="special", priority=1),
        ingress_route(f"{HOST} && PathPrefix(`/v1/`)", service="broad", priority=50),
    )
    assert only(drafted(*clash)) == {f"{READ} /v1/** -> broad"}


def test_a_rule_for_all_hosts_may_win_on_each() -> None:
    wide = ingress_route("PathPrefix(`/v1/`)", service="wide", priority=500)
    short = ingress_route("Host(`b.example.com`) && Path(`/x`)")
    made = drafted(wide, ingress_route(f"{HOST} && PathPrefix(`/`)"), short)
    assert opened(made) == {"b.example.com": {f"{READ} /x -> orders"}}


@pytest.mark.parametrize("pattern", [r"^[^.]+\.example\.com$"])
def test_one_label_before_a_domain_is_a_wildcard(pattern: str) -> None:
    assert opened(drafted(ingress_route(f"HostRegexp(`{pattern}`)"))).keys() == {"*.example.com"}


@pytest.mark.parametrize(
    "pattern", [r"^.+\.example\.com$", r"[^.]+\.example\.com", r"^[^.]+.example.com$", ".*"]
)
def test_other_patterns_of_hosts_are_left_out(pattern: str) -> None:
    assert drafted(ingress_route(f"HostRegexp(`{pattern}`)")).policies == ()


def test_middlewares_are_said_and_parents_leave_it_out() -> None:
    made = drafted(ingress_route(HOST, middlewares=[{"name": "auth"}]))
    assert "auth" in str(made.remarks)
    child = ingress_route(HOST)
    child["spec"]["parentRefs"] = [{"name": "up"}]
    assert drafted(child).policies == ()


def test_without_a_service_there_is_no_route() -> None:
    assert drafted(ingress_route(HOST, services=[])).policies == ()
