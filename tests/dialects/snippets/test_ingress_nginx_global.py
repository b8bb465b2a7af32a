"""The ConfigMap for ingress-nginx: one valid manifest in which every header is ours or gone."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets import ingress_nginx
from gateway.dialects.snippets.ingress_nginx_global import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def data(policy: Policy) -> dict[str, Any]:
    manifest = yaml.load(snippet(policy, Settings()), yaml.CSafeLoader)
    assert manifest["kind"] == "ConfigMap"
    values: dict[str, Any] = manifest["data"]
    return values


@each
def test_all_values_are_text(policy: Policy) -> None:
    assert all(isinstance(value, str) for value in data(policy).values())


@each
def test_it_asks_and_replaces_as_the_annotations_do(policy: Policy) -> None:
    ingress = next(yaml.load_all(ingress_nginx.snippet(policy, Settings()), yaml.CSafeLoader))
    for name in ("auth-url", "auth-response-headers"):
        annotation = ingress["metadata"]["annotations"][f"nginx.ingress.kubernetes.io/{name}"]
        assert data(policy)[f"global-{name}"] == annotation


@each
def test_the_gateway_hears_of_upgrades_and_nothing_is_remembered(policy: Policy) -> None:
    values = data(policy)
    assert "proxy_set_header Upgrade $http_upgrade;" in values["global-auth-snippet"].splitlines()
    assert not any("cache" in name or name == "no-auth-locations" for name in values)


def test_it_says_how_an_ingress_gets_out() -> None:
    text = snippet(p.PLAIN, Settings())
    assert 'enable-global-auth: "false"' in text
    assert "no-auth-locations" in text


def test_preflights_need_annotations_of_each_ingress() -> None:
    assert 'cors-allow-origin: "https://app.example.com"' in snippet(p.CORS, Settings())
    assert "cors-" not in snippet(p.PLAIN, Settings())


def test_the_secret_of_a_caller_is_said_and_not_shown() -> None:
    text = snippet(p.SECRET, Settings())
    assert 'X-Token-Gateway-Caller "REPLACE-WITH-THE-CALLER-SECRET";' in text
    assert p.SECRET.caller_secrets[0].decode() not in text
    assert "REPLACE" not in snippet(p.PLAIN, Settings())


@pytest.mark.parametrize("policy", [p.QUERY, p.CERTIFICATE])
def test_what_no_auth_url_can_do_is_refused(policy: Policy) -> None:
    with pytest.raises(SnippetImpossible):
        snippet(policy, Settings())
