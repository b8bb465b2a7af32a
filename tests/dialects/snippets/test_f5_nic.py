"""The manifests for F5's ingress controller: a server for each host, which asks on all its routes."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.f5_nic import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def documents(policy: Policy, **settings: str) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings(**settings)), yaml.CSafeLoader))


@each
def test_each_host_has_a_server_that_asks(policy: Policy) -> None:
    *doors, _ = documents(policy)
    assert [door["spec"]["host"] for door in doors] == [one.name for one in policy.hosts]
    for number, door in enumerate(doors, 1):
        spec, name = door["spec"], f"token_gateway_{policy.id}_{number}"
        assert f"upstream {name} {{" in spec["http-snippets"]
        assert f"auth_request /_{name};" in spec["server-snippets"]
        assert f"/auth/nginx/{policy.id};" in spec["server-snippets"]
        assert f"proxy_pass http://vs_apps_{door['metadata']['name']}_backend;" in spec["server-snippets"]
        assert spec["tls"]["secret"] == "orders-tls"


def test_no_upstream_is_defined_twice() -> None:
    *doors, _ = documents(p.HOSTS)
    assert len({door["spec"]["http-snippets"].split()[1] for door in doors}) == len(doors) == 2


def test_no_route_of_its_own_is_open() -> None:
    """Where snippets are not enabled, the controller serves what is left."""
    (route,) = documents(p.PLAIN)[0]["spec"]["routes"]
    assert route["path"] == "/"
    assert list(route["action"]) == ["return"]
    assert route["action"]["return"]["code"] == 503


@each
def test_the_one_open_location_replaces(policy: Policy) -> None:
    text = documents(policy)[0]["spec"]["server-snippets"]
    location = text.partition("location ~ ^/ {")[2].partition("}")[0]
    assert "proxy_set_header Authorization $tg_authorization;" in location
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in location
    assert ("proxy_set_header Upgrade $http_upgrade;" in location) is (policy is p.WEBSOCKET)
    assert text.count("proxy_set_header Upgrade") == (2 if policy is p.WEBSOCKET else 0)


def test_the_gateway_is_the_service_unless_another_is_named() -> None:
    text = documents(p.PLAIN)[0]["spec"]["http-snippets"]
    assert "server token-gateway.token-gateway.svc:4180;" in text
    named = documents(p.PLAIN, gateway="http://gw.other.svc:81")[0]["spec"]["http-snippets"]
    assert "server gw.other.svc:81;" in named


def test_the_controller_logs_no_query() -> None:
    data = documents(p.PLAIN)[-1]["data"]
    assert data["error-log-level"] == "crit"
    assert "$request_uri" not in data["log-format"]


def test_a_token_in_the_query_is_impossible() -> None:
    with pytest.raises(SnippetImpossible, match="F5 NGINX cannot take it out of the target"):
        snippet(p.QUERY, Settings())


def test_a_gateway_over_tls_needs_a_name() -> None:
    with pytest.raises(SnippetImpossible, match="never with an address"):
        snippet(p.PLAIN, Settings(gateway="https://10.0.0.1:4180"))


def test_what_it_cannot_do_is_said() -> None:
    head = snippet(p.PLAIN, Settings()).partition("---")[0]
    for said in ("cannot do", "externalAuth", "-enable-snippets", "exact"):
        assert said in head
