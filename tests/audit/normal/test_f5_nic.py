"""What VirtualServers, VirtualServerRoutes and TransportServers open."""

from pathlib import Path
from typing import Any, Final

import yaml

from gateway.audit.exposure import Backend, Exposure, Tls
from tests.audit.normal.f5_manifests import (
    ASKED,
    ASKED_HERE,
    REPLACED,
    external,
    policy,
    route,
    server,
)
from tests.audit.showing import exposures

RECORD: Final = Path("tests/audit/witnessed/f5-nic.yaml")
BASIC = policy("  basicAuth: {secret: users}\n")


def told(*texts: str) -> list[tuple[str, str, str]]:
    return [
        (str(one.path), one.auth.mechanism.value if one.auth else "", one.token.reaches.value)
        for one in exposures("".join(texts))
    ]


CASES = {
    "nobody": (server(), "", "yes"),
    "a policy of the server": (server(more=ASKED) + external(), "external", "yes"),
    "a policy of the route": (server(route(more=ASKED_HERE)) + external(), "external", "yes"),
    "a snippet replaces": (server(route(more=REPLACED), more=ASKED) + external(), "external", "no"),
    "a snippet replaces it by itself": (
        *(server(route(more=REPLACED.replace("Authorization $tg", "Authorization $http_authorization"))),),
        *("", "yes"),
    ),
    "request headers hide it": (
        server(
            route(action="{proxy: {upstream: up, requestHeaders: {set: [{name: authorization, value: a}]}}}"),
            more=ASKED,
        )
        + external(),
        *("external", "no"),
    ),
    "no header is passed": (
        *(server(route(action="{proxy: {upstream: up, requestHeaders: {pass: false}}}")),),
        *("", "no"),
    ),
    "a missing policy": (
        server(more=ASKED) + policy("  cors: {}\n", name="other"),
        "unknown",
        "cannot tell",
    ),
    "a policy that was not given": (server(more=ASKED), "unknown", "cannot tell"),
    "basic": (server(more=ASKED) + BASIC, "basic", "yes"),
    "jwt": (server(more=ASKED) + policy("  jwt: {secret: jwk}\n"), "jwt", "yes"),
    "oidc": (server(more=ASKED) + policy("  oidc: {clientID: c}\n"), "oidc", "cannot tell"),
    "keys": (server(more=ASKED) + policy("  apiKey: {clientSecret: k}\n"), "api-key", "yes"),
    "certificate": (
        *(server(more=ASKED) + policy("  ingressMTLS: {clientCertSecret: c, verifyClient: on}\n"),),
        *("client-certificate", "yes"),
    ),
    "certificate, perhaps": (
        *(server(more=ASKED) + policy("  ingressMTLS: {clientCertSecret: c, verifyClient: optional}\n"),),
        *("", "yes"),
    ),
    "a limit": (server(more=ASKED) + policy("  rateLimit: {rate: 10r/s}\n"), "", "yes"),
    "a snippet asks": (
        *(server(more="  server-snippets: |\n    auth_request /_a;\n"),),
        *("external", "yes"),
    ),
    "a snippet does not": (
        server(
            route(more="    location-snippets: auth_request off;\n"),
            more="  server-snippets: |\n    auth_request /_a;\n",
        ),
        *("", "yes"),
    ),
    "it answers itself": (server(route(action="{return: {code: 200, body: ok}}")), "", "no"),
}
"""What it is, and who is asked, and whether the token goes on."""


def test_who_is_asked_and_what_reaches_the_pod() -> None:
    for name, (text, mechanism, reaches) in CASES.items():
        assert told(text) == [("/*", mechanism, reaches)], name


def test_what_is_asked_is_in_the_normal_form() -> None:
    (one,) = exposures(server(route(more=REPLACED), more=ASKED) + external())
    assert one.auth is not None
    assert (one.auth.dialect, one.auth.policy) == ("nginx", "orders")
    assert one.auth.service == Backend("gw", "token-gateway", "8443")
    assert one.auth.response_headers == frozenset({"authorization"})
    assert one.host == "api.example.com"
    assert one.backends == (Backend("shop", "orders", "80"),)


def test_routes_of_other_objects() -> None:
    below = """---
apiVersion: k8s.nginx.org/v1
kind: VirtualServerRoute
metadata: {name: orders, namespace: team, labels: {api: orders}}
spec:
  host: api.example.com
  upstreams: [{name: up, service: orders, port: 80}]
  subroutes:
  - path: /orders
    action: {pass: up}
  - path: /orders/own
    policies: [{name: none}]
    action: {pass: up}
"""
    limit = policy("  rateLimit: {rate: 10r/s}\n", name="none", namespace="team")
    by_name = "  - path: /orders\n    route: team/orders\n" + ASKED_HERE
    by_label = "  - path: /orders\n    routeSelector: {matchLabels: {api: orders}}\n" + ASKED_HERE
    for routes in (by_name, by_label):
        assert told(server(routes), below, external(), limit) == [
            ("/orders*", "external", "yes"),
            ("/orders/own*", "", "yes"),
        ]
    (first, _) = exposures(server(by_name) + below + external() + limit)
    assert first.backends == (Backend("team", "orders", "80"),)
    assert first.source.owner == "VirtualServerRoute/team/orders"


def test_a_location_of_a_snippet_is_a_route() -> None:
    snippet = """  http-snippets: |
    upstream gw { server token-gateway.gw.svc:4180; }
  server-snippets: |
    auth_request /_gw;
    auth_request_set $tg $upstream_http_authorization;
    location ~ ^/ { proxy_set_header Authorization $tg; proxy_pass http://vs_shop_api_up; }
    location = /_gw { internal; proxy_pass http://gw/auth/nginx/orders; }
    location @denied { return 403; }
"""
    closed = route(action="{return: {code: 503}}")
    found = exposures(server(closed, more=snippet))
    assert [(str(one.path), one.token.reaches.value, one.rank) for one in found] == [
        ("/*", "no", (0, 0)),
        ("/**", "no", (-1, 0)),
    ]
    auth = found[1].auth
    assert auth is not None
    assert (auth.policy, auth.service) == ("orders", Backend("gw", "token-gateway", "4180"))
    assert found[1].backends == (Backend("shop", "orders", "80"),)


def test_a_location_without_a_name_is_everything() -> None:
    """nginx takes an empty prefix."""
    snippet = """  server-snippets: |
    location "" { proxy_pass http://vs_shop_api_up; }
"""
    assert [str(one.path) for one in exposures(server(more=snippet))] == ["/*", "*"]


def test_paths_tls_and_conditions() -> None:
    def one(text: str) -> Exposure:
        (found,) = exposures(text)
        return found

    table = {"/a": "/a*", "=/a": "= /a", "~ ^/a": "~ ^/a", "'~* ^/'": "/**"}
    for path, expected in table.items():
        assert str(one(server(route(path))).path) == expected
    assert one(server()).tls is Tls.ONLY
    assert one(server(tls="{secret: api}")).tls is Tls.OPTIONAL
    assert one(server(tls="null")).tls is Tls.NONE
    assert one(server(tls="{secret: api}", more="  listener: {https: https-8443}\n")).tls is Tls.ONLY
    halves = "".join(f"    - {{weight: 50, action: {{pass: {name}}}}}\n" for name in ("up", "up2"))
    split = f"  - path: /\n    splits:\n{halves}"
    assert one(server(split)).conditions == ("a match or a split",)
    assert len(one(server(split)).backends) == 2


def test_our_edge_asks_by_itself() -> None:
    text = server().replace("service: orders, port: 80", "service: token-gateway, port: 8080")
    assert told(text) == [("/*", "external", "no")]


def test_a_transport_server_passes_octets_on() -> None:
    text = """
apiVersion: k8s.nginx.org/v1
kind: TransportServer
metadata: {name: db, namespace: shop}
spec:
  host: db.example.com
  listener: {name: tls-passthrough, protocol: TLS_PASSTHROUGH}
  upstreams: [{name: up, service: db, port: 5432}]
  action: {pass: up}
"""
    (one,) = exposures(text)
    assert (one.host, one.tls, one.is_protected) == ("db.example.com", Tls.PASSED_THROUGH, False)
    assert one.backends == (Backend("shop", "db", "5432"),)


def test_a_policy_of_somebody_else_is_none() -> None:
    other = policy("  rules: []\n").replace("k8s.nginx.org/v1", "kyverno.io/v1")
    (one,) = exposures(server(more=ASKED) + other)
    assert one.auth is not None
    assert one.auth.mechanism.value == "unknown"


def recorded(case: dict[str, Any]) -> dict[str, Exposure]:
    arguments = ["-enable-snippets"] if case["snippets"] else ["-v=1"]
    container = {"name": "c", "image": "nginx/nginx-ingress:5.5.4", "args": arguments}
    program = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "controller", "namespace": "nginx-ingress"},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    return {str(one.path): one for one in exposures(yaml.safe_dump_all([*case["objects"], program]))}


def test_it_is_as_the_controller_did() -> None:
    cases = yaml.safe_load(RECORD.read_text())["cases"]
    assert len(cases) > 40
    for case in cases:
        said = recorded(case)
        for path, (seen, *token) in case["seen"].items():
            one = said[path]
            assert one.is_protected is (seen != "open"), (case["case"], path)
            assert not token or one.token.reaches.value == token[0], (case["case"], path)
