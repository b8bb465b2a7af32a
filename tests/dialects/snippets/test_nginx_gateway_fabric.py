"""The manifests for NGINX Gateway Fabric: a filter with a text for each place, and a route."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.nginx_gateway_fabric import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader))


def contexts(policy: Policy) -> dict[str, str]:
    asked = documents(policy)[0]
    return {one["context"]: one["value"] for one in asked["spec"]["snippets"]}


@each
def test_each_place_has_its_part(policy: Policy) -> None:
    made = contexts(policy)
    assert list(made) == ["http", "http.server", "http.server.location"]
    assert "server token-gateway.token-gateway.svc:4180;" in made["http"]
    assert "auth_request /_token_gateway_orders;" in made["http.server"]
    assert "/auth/nginx/orders;" in made["http.server"]
    assert "proxy_set_header Authorization $tg_authorization;" in made["http.server.location"]
    assert "auth_request" not in made["http.server.location"]


@each
def test_the_route_names_the_filter(policy: Policy) -> None:
    asked, route, _ = documents(policy)
    assert route["spec"]["hostnames"] == [one.name for one in policy.hosts]
    for rule in route["spec"]["rules"]:
        (named,) = rule["filters"]
        assert named["type"] == "ExtensionRef"
        assert named["extensionRef"]["name"] == asked["metadata"]["name"]
        assert asked["apiVersion"].startswith(f"{named['extensionRef']['group']}/")


def test_the_data_plane_logs_no_query() -> None:
    logging = documents(p.PLAIN)[-1]["spec"]["logging"]
    assert logging["errorLevel"] == "crit"
    assert "$request_uri" not in logging["accessLog"]["format"]


def test_a_token_in_the_query_is_impossible() -> None:
    with pytest.raises(SnippetImpossible, match="Gateway Fabric cannot take it out of the target"):
        snippet(p.QUERY, Settings())


def test_a_gateway_over_tls_needs_a_name() -> None:
    with pytest.raises(SnippetImpossible, match="never with an address"):
        snippet(p.PLAIN, Settings(gateway="https://10.0.0.1:4180"))


def test_what_it_cannot_do_is_said() -> None:
    head = snippet(p.PLAIN, Settings()).partition("---")[0]
    for said in ("cannot do", "ExternalAuth", "nginxGateway.snippets.enable", "URLRewrite"):
        assert said in head
