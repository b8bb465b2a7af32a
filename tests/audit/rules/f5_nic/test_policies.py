"""NIC-001, 002, 005, 008 to 011."""

from tests.audit.normal.f5_manifests import ASKED, REPLACED, SECURE, TOLD, external, policy, route, server
from tests.audit.showing import found

SERVER = server(route(more=REPLACED), more=ASKED)
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: gw}\nspec: {}\n"


def said(*texts: str) -> list[str]:
    return sorted({one for one in found("".join(texts)) if one.startswith("NIC-")})


def test_external_auth() -> None:
    table = {
        SECURE + TOLD: [],
        SECURE: ["NIC-001"],
        SECURE + TOLD.replace("$request_method", "GET"): ["NIC-001"],
        SECURE + TOLD.replace("$scheme://$host$request_uri", "$http_x_original_url"): ["NIC-001"],
        TOLD: ["NIC-002"],
        SECURE.replace("sslVerify: true", "sslVerify: false") + TOLD: ["NIC-002"],
        SECURE.replace("    trustedCertSecret: ca\n", "") + TOLD: ["NIC-002"],
    }
    for more, expected in table.items():
        assert said(SERVER, external(more)) == expected, more


def test_a_policy_that_nothing_names() -> None:
    assert said(server(), external()) == ["NIC-005"]
    assert said(external()) == []
    assert said(server(), policy("  rateLimit: {rate: 10r/s}\n")) == []


def test_credentials_in_the_query() -> None:
    table = {
        "  apiKey: {suppliedIn: {query: [key]}, clientSecret: s}\n": ["NIC-008"],
        "  apiKey: {suppliedIn: {header: [key]}, clientSecret: s}\n": [],
        "  jwt: {secret: s, token: $arg_token}\n": ["NIC-008"],
        "  jwt: {secret: s, token: $http_token}\n": [],
    }
    for body, expected in table.items():
        assert said(SERVER, policy(body)) == expected, body


def test_client_certificates() -> None:
    for verify, expected in {"on": [], '"on"': [], "optional": ["NIC-009"], '"off"': ["NIC-009"]}.items():
        body = f"  ingressMTLS: {{clientCertSecret: c, verifyClient: {verify}}}\n"
        assert said(SERVER, policy(body)) == expected, verify


def test_where_keys_come_from() -> None:
    table = {
        "https://idp.example.com/keys, sslVerify: true": [],
        "https://idp.example.com/keys": ["NIC-010"],
        "http://idp.example.com/keys, sslVerify: true": ["NIC-010"],
    }
    for uri, expected in table.items():
        assert said(SERVER, policy(f"  jwt: {{jwksURI: {uri}}}\n")) == expected, uri


def test_the_service_that_is_asked() -> None:
    assert said(SERVER, external(), SERVICE % "token-gateway") == []
    assert said(SERVER, external(), SERVICE % "other") == ["NIC-011"]
