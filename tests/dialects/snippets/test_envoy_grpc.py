"""The configuration for Envoy over gRPC: valid YAML in which no route gets past the gateway."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.envoy_grpc import snippet
from gateway.dialects.snippets.logs import envoy as logs
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", [*p.ALL.values(), p.QUERY], ids=[*p.ALL, "query"])


def parsed(policy: Policy, **settings: str) -> dict[str, Any]:
    resources: dict[str, Any] = yaml.load(snippet(policy, Settings(**settings)), yaml.CSafeLoader)[
        "static_resources"
    ]
    return resources


def manager(policy: Policy) -> dict[str, Any]:
    (listener,) = parsed(policy)["listeners"]
    found: dict[str, Any] = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return found


def filters(policy: Policy) -> dict[str, Any]:
    return {one["name"]: one["typed_config"] for one in manager(policy)["http_filters"]}


@each
def test_every_route_asks_and_no_failure_is_a_permit(policy: Policy) -> None:
    ask = filters(policy)["envoy.filters.http.ext_authz"]
    assert ask["failure_mode_allow"] is False
    assert ask["status_on_error"] == {"code": "ServiceUnavailable"}
    assert ask["clear_route_cache"] is False
    assert ask["encode_raw_headers"] is True
    assert "filter_enabled" not in ask
    (host,) = manager(policy)["route_config"]["virtual_hosts"]
    named = host["typed_per_filter_config"]["envoy.filters.http.ext_authz"]
    assert named["check_settings"] == {"context_extensions": {"policy": "orders"}}
    assert all("typed_per_filter_config" not in route for route in host["routes"])


@each
def test_the_gateway_and_the_backend_see_one_target(policy: Policy) -> None:
    http = manager(policy)
    assert (http["normalize_path"], http["merge_slashes"]) == (False, False)
    assert http["path_with_escaped_slashes_action"] == "KEEP_UNCHANGED"
    assert http["use_remote_address"] is True


@each
def test_what_could_mislead_the_backend_is_removed_after_the_asking(policy: Policy) -> None:
    names = list(filters(policy))
    assert names.index("token-gateway-clean") > names.index("envoy.filters.http.ext_authz")
    assert names[-1] == "envoy.filters.http.router"
    mutations = filters(policy)["token-gateway-clean"]["mutations"]["request_mutations"]
    assert {name.lower() for name in UNTRUSTED} <= {one.get("remove") for one in mutations}


@each
def test_the_log_has_no_query_and_no_header(policy: Policy) -> None:
    assert manager(policy)["access_log"] == [logs.access_log()]


def test_the_secret_is_envoys_own_and_not_in_the_text() -> None:
    service = filters(p.SECRET)["envoy.filters.http.ext_authz"]["grpc_service"]
    assert service["initial_metadata"] == [
        {"key": "x-token-gateway-caller", "value": "%ENVIRONMENT(TOKEN_GATEWAY_CALLER)%"}
    ]
    assert "a-secret" not in snippet(p.SECRET, Settings())
    assert "initial_metadata" not in filters(p.PLAIN)["envoy.filters.http.ext_authz"]["grpc_service"]


def test_the_browser_and_websocket_only_where_the_policy_has_them() -> None:
    assert "envoy.filters.http.cors" in filters(p.CORS)
    assert "envoy.filters.http.cors" not in filters(p.PLAIN)
    assert "upgrade_configs" in manager(p.WEBSOCKET)
    assert "upgrade_configs" not in manager(p.PLAIN)
    assert "query" in snippet(p.QUERY, Settings())


def address(cluster: dict[str, Any]) -> dict[str, Any]:
    endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    found: dict[str, Any] = endpoint["address"]["socket_address"]
    return found


def test_addresses_are_the_operators() -> None:
    gateway, backend = parsed(p.PLAIN)["clusters"]
    assert address(gateway) == {"address": "127.0.0.1", "port_value": 4181}
    assert address(backend)["port_value"] == 8080
    gateway, backend = parsed(p.PLAIN, gateway="http://gw.test:1", backend="https://192.0.2.1")["clusters"]
    assert (gateway["type"], address(gateway)["port_value"]) == ("STRICT_DNS", 1)
    assert ("transport_socket" in gateway, "transport_socket" in backend) == (False, True)
    assert (backend["type"], address(backend)["port_value"]) == ("STATIC", 443)
    (listener,) = parsed(p.PLAIN, listen="8080")["listeners"]
    assert listener["address"]["socket_address"] == {"address": "0.0.0.0", "port_value": 8080}
    (listener,) = parsed(p.PLAIN, listen="[::1]:80")["listeners"]
    assert listener["address"]["socket_address"] == {"address": "::1", "port_value": 80}
    with pytest.raises(SnippetImpossible, match="write IP:PORT"):
        snippet(replace(p.PLAIN), Settings(listen="proxy:80"))


def test_over_tls_the_gateway_is_verified_and_shown_who_asks() -> None:
    for policy, shows in ((p.CERTIFICATE, True), (p.PLAIN, False)):
        gateway, _ = parsed(policy, gateway="https://gateway.test:4181")["clusters"]
        tls = gateway["transport_socket"]["typed_config"]
        validation = tls["common_tls_context"]["validation_context"]
        assert validation["trusted_ca"] == {"filename": "token_gateway_ca.crt"}
        assert validation["match_typed_subject_alt_names"][0]["matcher"] == {"exact": "gateway.test"}
        assert ("tls_certificates" in tls["common_tls_context"]) is shows
        assert tls["sni"] == "gateway.test"
