"""The annotations for Traefik's ingress-nginx provider: what it knows of them, and a list that deletes."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.logs import traefik as logs
from gateway.dialects.snippets.settings import CALLER, IDENTITY, Settings, SnippetImpossible
from gateway.dialects.snippets.traefik_ingress_nginx import snippet
from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED
from tests.dialects.snippets import policies as p

PREFIX = "nginx.ingress.kubernetes.io/"
POLICIES = {name: policy for name, policy in p.BY_NETWORK.items() if name != "websocket"}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader))


def annotations(policy: Policy) -> dict[str, str]:
    _, ingress = documents(policy)
    return {name.removeprefix(PREFIX): value for name, value in ingress["metadata"]["annotations"].items()}


@each
def test_an_ingress_asks_in_the_dialect_of_traefik(policy: Policy) -> None:
    _, ingress = documents(policy)
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [one.name for one in policy.hosts]
    assert annotations(policy)["auth-url"] == (
        "https://token-gateway.token-gateway.svc:4180/auth/traefik/orders"
    )


def test_it_is_said_how_the_gateway_is_verified() -> None:
    said = snippet(POLICIES["plain"], Settings())
    assert "SSL_CERT_DIR=/etc/ssl/certs:/token-gateway-ca" in said
    assert "kubectl create secret generic token-gateway-ca -n traefik " in said
    in_clear = snippet(POLICIES["plain"], Settings(gateway="http://token-gateway.token-gateway.svc:4180"))
    assert "is asked in the clear" in in_clear
    assert "SSL_CERT_DIR" not in in_clear


def test_each_host_has_tls() -> None:
    _, ingress = documents(POLICIES["hosts"])
    assert ingress["spec"]["tls"] == [
        {"hosts": ["api.example.com", "*.example.org"], "secretName": "orders-tls"}
    ]


@each
def test_whatever_a_client_could_forge_is_on_the_list(policy: Policy) -> None:
    listed = annotations(policy)["auth-response-headers"].split(",")
    assert {"Authorization", *IDENTITY, "Upgrade", CALLER} <= set(listed)
    assert set(UNTRUSTED) - set(listed) == SAID_BY_TRAEFIK
    assert len(listed) == len(set(listed))
    assert ("Cookie" in listed) is (policy is POLICIES["cookie"])
    assert ("X-Device-Token" in listed) is (policy is POLICIES["header"])


@each
def test_only_what_the_provider_knows_is_said(policy: Policy) -> None:
    said = set(annotations(policy))
    assert {name for name in said if not name.startswith(("cors-", "enable-cors"))} == {
        "auth-url",
        "auth-response-headers",
    }
    assert ("enable-cors" in said) is (policy is POLICIES["cors"])


def test_the_entry_point_is_hardened_and_the_log_has_no_path() -> None:
    static, _ = documents(p.PLAIN)
    web = static["entryPoints"]["web"]
    assert web["http"]["aliasHeadersStrategy"] == "delete"
    assert set(web["http"]["encodedCharacters"].values()) == {False}
    assert web["forwardedHeaders"] == {"insecure": False}
    assert static["providers"]["kubernetesIngressNGINX"]["allowSnippetAnnotations"] is False
    assert static["accessLog"] == logs.ACCESS_LOG


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (p.QUERY, "cannot take it out of the target"),
        (p.WEBSOCKET, "of no upgrade"),
        (p.SECRET, "network_alone"),
        (p.CERTIFICATE, "network_alone"),
    ],
)
def test_what_the_provider_cannot_do_is_refused(policy: Policy, reason: str) -> None:
    with pytest.raises(SnippetImpossible, match=reason):
        snippet(policy, Settings())


def test_what_it_cannot_do_is_said() -> None:
    head = snippet(p.PLAIN, Settings()).partition("---")[0]
    for said in ("cannot do", "auth-proxy-set-headers", "globalAuthURL", "custom-http-errors"):
        assert said in head
