"""The annotations for ingress-nginx: valid manifests in which every header is ours or gone."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.ingress_nginx import snippet
from gateway.dialects.snippets.settings import IDENTITY, Settings, SnippetImpossible
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

PREFIX = "nginx.ingress.kubernetes.io/"
each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return [document for document in yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader) if document]


def annotations(policy: Policy) -> dict[str, str]:
    ingress = documents(policy)[0]
    return {name.removeprefix(PREFIX): value for name, value in ingress["metadata"]["annotations"].items()}


def test_an_ingress_that_asks_the_gateway_for_each_host() -> None:
    ingress = documents(p.HOSTS)[0]
    assert ingress["kind"] == "Ingress"
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == ["api.example.com", "*.example.org"]
    where = "https://token-gateway.token-gateway.svc:4180/auth/nginx/orders"
    assert annotations(p.HOSTS)["auth-url"] == where
    assert "does not verify the gateway's certificate" in snippet(p.HOSTS, Settings())


def test_its_config_map_is_named_with_the_namespace() -> None:
    named = annotations(p.PLAIN)["auth-proxy-set-headers"]
    assert named == "REPLACE-WITH-NAMESPACE/orders-auth-headers"  # kept closed: the controller answers 503
    assert '"shop/orders-auth-headers"' in snippet(p.PLAIN, Settings(namespace="shop"))


def test_each_host_has_tls() -> None:
    (tls,) = documents(p.HOSTS)[0]["spec"]["tls"]
    assert tls == {"hosts": ["api.example.com", "*.example.org"], "secretName": "orders-tls"}


@each
def test_every_identity_header_is_ours(policy: Policy) -> None:
    named = annotations(policy)["auth-response-headers"].split(",")
    assert {"Authorization", *IDENTITY} <= set(named)
    assert set(UNTRUSTED) - set(named) == {"X-Forwarded-Port"}
    assert len(named) == len(set(named))


def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert "X-Device-Token" in annotations(p.HEADER)["auth-response-headers"].split(",")
    assert "Cookie" in annotations(p.COOKIE)["auth-response-headers"].split(",")
    assert "Cookie" not in annotations(p.PLAIN)["auth-response-headers"].split(",")


@each
def test_nothing_is_remembered_and_nothing_is_injected(policy: Policy) -> None:
    for name in annotations(policy):
        assert name not in {"auth-cache-key", "auth-snippet", "auth-method", "configuration-snippet"}
        assert not name.endswith("snippet")


def test_preflights_are_answered_by_the_controller() -> None:
    named = annotations(p.CORS)
    assert named["enable-cors"] == "true"
    assert named["cors-allow-origin"] == "https://app.example.com"
    assert not any(name.endswith("cors") for name in annotations(p.PLAIN))


@each
def test_the_access_log_holds_no_query(policy: Policy) -> None:
    (settings,) = (one["data"] for one in documents(policy) if "log-format-upstream" in one.get("data", {}))
    for leaking in ("$request ", "$request_uri", "$args", "$query_string", "$http_", "$is_args"):
        assert leaking not in settings["log-format-upstream"] + " "
    assert settings["use-forwarded-headers"] == "false"
    assert settings["enable-underscores-in-headers"] == "false"


def test_a_token_in_the_query_is_impossible() -> None:
    with pytest.raises(SnippetImpossible, match="gateway snippet nginx"):
        snippet(p.QUERY, Settings())


def test_the_secret_of_a_caller_is_said_and_not_shown() -> None:
    text = snippet(p.SECRET, Settings())
    assert "X-Token-Gateway-Caller" in text
    assert "REPLACE-WITH-THE-CALLER-SECRET" in text
    assert p.SECRET.caller_secrets[0].decode() not in text
    assert "REPLACE-WITH-THE-CALLER-SECRET" not in snippet(p.PLAIN, Settings())


def test_a_certificate_alone_is_more_than_it_can_show() -> None:
    with pytest.raises(SnippetImpossible, match="knows its callers by their certificates"):
        snippet(p.CERTIFICATE, Settings())
