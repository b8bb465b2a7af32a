"""NIC-003, 004, 006, 007, 012."""

from tests.audit.normal.f5_manifests import ASKED, ASKED_HERE, REPLACED, external, policy, route, server
from tests.audit.normal.haproxy_manifests import config
from tests.audit.showing import found

PROGRAM = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: ingress}
spec: {template: {spec: {containers: [{name: c, image: nginx/nginx-ingress:5.5.0, args: [%s]}]}}}
"""


def said(*texts: str) -> list[str]:
    return sorted({one for one in found("".join(texts)) if one.startswith("NIC-")})


def test_the_token_survives_a_policy() -> None:
    assert said(server(more=ASKED), external()) == ["NIC-003"]
    assert said(server(route(more=REPLACED), more=ASKED), external()) == []
    assert said(server(more=ASKED), policy("  basicAuth: {secret: s}\n")) == []


def test_a_route_without_the_policy() -> None:
    asked = route(more=ASKED_HERE + REPLACED)
    table = {
        asked: [],
        asked + route("/x"): ["NIC-004"],
        asked + route("/x", action="{pass: gw}"): [],
        asked + route("/x", action="{return: {code: 200}}"): [],
        route("/x"): ["NIC-005"],
    }
    for routes, expected in table.items():
        text = server(routes).replace("upstreams: [", "upstreams: [{name: gw, service: token-gateway}, ")
        assert said(text, external()) == expected, routes
    public = "metadata: {annotations: {token-gateway.dev/public: open on purpose}, name: api"
    marked = server(asked + route("/x")).replace("metadata: {name: api", public)
    assert said(marked, external()) == []


def test_a_policy_that_does_not_count() -> None:
    other = policy("  cors: {}\n", name="other")
    assert said(server(more=ASKED), other) == ["NIC-004"]
    assert said(server(more=ASKED), external(uri="auth")) == ["NIC-003", "NIC-004"]


def test_logs() -> None:
    assert said(server(), config("nginx-config", error_log_level="crit")) == ["NIC-006"]
    assert said(server(), config("nginx-config", log_format="$uri")) == []
    assert said(server(), config("nginx-config", log_format="$http_authorization")) == ["NIC-006"]


def test_snippets_that_are_left_out() -> None:
    snippet = server(route(more=REPLACED), more=ASKED) + external()
    assert said(snippet, PROGRAM % "-enable-snippets") == []
    assert said(snippet, PROGRAM % "-enable-snippets=true") == []
    assert said(snippet, PROGRAM % "-enable-snippets=false") == ["NIC-003", "NIC-007"]
    assert said(snippet, PROGRAM % "") == ["NIC-003", "NIC-007"]
    assert said(server(), PROGRAM % "") == []


def test_an_address_may_be_enough() -> None:
    any_of_both = REPLACED.replace("|\n", "|\n      satisfy any;\n")
    assert said(server(route(more=any_of_both), more=ASKED), external()) == ["NIC-012"]
    assert said(
        server(route(more=REPLACED), more=f"{ASKED}  server-snippets: satisfy any;\n"), external()
    ) == ["NIC-012"]
