"""The configuration for Envoy: one way to the backend, and nothing of the client's on it."""

import re
from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.envoy import snippet
from gateway.dialects.snippets.logs import envoy as logs
from gateway.dialects.snippets.settings import IDENTITY, Settings, SnippetImpossible
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def resources(policy: Policy, **settings: str) -> dict[str, Any]:
    bootstrap = yaml.load(snippet(policy, Settings(**settings)), yaml.CSafeLoader)
    assert set(bootstrap) == {"static_resources"}  # no admin listener above all
    resources: dict[str, Any] = bootstrap["static_resources"]
    return resources


def manager(policy: Policy) -> dict[str, Any]:
    (listener,) = resources(policy)["listeners"]
    ((connections,),) = [chain["filters"] for chain in listener["filter_chains"]]
    typed: dict[str, Any] = connections["typed_config"]
    return typed


def filters(policy: Policy) -> dict[str, dict[str, Any]]:
    """In their order."""
    return {one["name"]: one["typed_config"] for one in manager(policy)["http_filters"]}


def asking(policy: Policy) -> dict[str, Any]:
    return filters(policy)["envoy.filters.http.ext_authz"]


def mutations(policy: Policy, name: str) -> list[tuple[str, str, str]]:
    """What becomes of the request's headers: a word, a name or pattern, and the value."""
    found = []
    for one in filters(policy)[name]["mutations"]["request_mutations"]:
        match one:
            case {"remove": header}:
                found.append(("remove", header, ""))
            case {"remove_on_match": {"key_matcher": {"prefix": prefix}}}:
                found.append(("remove prefix", prefix, ""))
            case {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": regex}}}}:
                found.append(("remove pattern", regex, ""))
            case {"append": {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}:
                found.append(("set", header["key"], header["value"]))
            case _:
                raise AssertionError(one)
    return found


def taken(policy: Policy) -> list[str]:
    """What goes before anything is set."""
    done = mutations(policy, "token-gateway-clean")
    first = next(place for place, (word, _, _) in enumerate(done) if word == "set")
    assert all(word == "set" for word, _, _ in done[first:])
    return [name for word, name, _ in done[:first] if word == "remove"]


@each
def test_every_request_is_asked_about_and_fails_closed(policy: Policy) -> None:
    ask = asking(policy)
    assert (ask["failure_mode_allow"], ask["status_on_error"]) == (False, {"code": "ServiceUnavailable"})
    assert ask["http_service"]["path_prefix"] == "/auth/envoy/orders"
    assert ask["http_service"]["server_uri"]["timeout"] == "6s"
    (host,) = manager(policy)["route_config"]["virtual_hosts"]
    assert host["domains"] == ["*"]
    (route,) = host["routes"]
    assert set(route) == {"match", "route"}  # and nothing that switches the filter off for it
    order = list(filters(policy))
    assert order.index("envoy.filters.http.ext_authz") < order.index("token-gateway-clean")
    assert order[-1] == "envoy.filters.http.router"


@each
def test_the_gateway_sees_every_header_and_no_body(policy: Policy) -> None:
    ask = asking(policy)
    assert ask["allowed_headers"] == {"patterns": [{"safe_regex": {"regex": ".*"}}]}
    assert {"exact": "transfer-encoding"} in ask["disallowed_headers"]["patterns"]
    assert "with_request_body" not in ask
    assert manager(policy)["common_http_protocol_options"] == {"headers_with_underscores_action": "ALLOW"}


@each
def test_what_envoy_tells_is_its_own_word(policy: Policy) -> None:
    assert next(iter(filters(policy))) == "token-gateway-carriers"
    done = mutations(policy, "token-gateway-carriers")
    assert ("remove prefix", "x-token-gateway-", "") in done
    assert ("set", "x-forwarded-for", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%") in done


@each
def test_the_target_is_judged_as_it_is(policy: Policy) -> None:
    connections = manager(policy)
    assert (connections["normalize_path"], connections["merge_slashes"]) == (False, False)
    assert connections["path_with_escaped_slashes_action"] == "KEEP_UNCHANGED"
    assert connections["http_protocol_options"]["allow_absolute_url"] is False


@pytest.mark.long
@each
def test_every_identity_header_is_the_gateways_or_gone(policy: Policy) -> None:
    kept = asking(policy)["http_service"]["authorization_response"]
    assert "allowed_upstream_headers" not in kept
    for header in ("authorization", *(name.lower() for name in IDENTITY)):
        assert header in taken(policy)
        assert {"exact": header} in kept["dynamic_metadata_from_headers"]["patterns"]
        value = f"%DYNAMIC_METADATA(envoy.filters.http.ext_authz:{header})%"
        assert ("set", header, value) in mutations(policy, "token-gateway-clean")


@each
def test_what_could_mislead_the_backend_is_taken_away(policy: Policy) -> None:
    assert {name.lower() for name in UNTRUSTED} <= set(taken(policy))
    done = mutations(policy, "token-gateway-clean")
    (pattern,) = [text for word, text, _ in done if word == "remove pattern"]
    for odd in ("x_auth_subject", "x.auth.subject", "x-auth_subject", "_"):
        assert re.fullmatch(pattern, odd)
    for good in ("x-auth-subject", "accept", ":path", ":authority", "sec-ch-ua-platform-2"):
        assert not re.fullmatch(pattern, good)


@pytest.mark.long
def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert "x-device-token" in taken(p.HEADER)
    value = "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:cookie)%"
    for policy in (p.COOKIE, p.EVERYTHING):
        assert "cookie" in taken(policy)
        assert ("set", "cookie", value) in mutations(policy, "token-gateway-clean")
        order = list(filters(policy))
        assert order.index("token-gateway-cookies") < order.index("envoy.filters.http.ext_authz")
    assert "cookie" not in taken(p.PLAIN)
    assert "token-gateway-cookies" not in filters(p.PLAIN)


def test_a_token_is_taken_out_of_the_query_after_the_gateway_saw_it() -> None:
    assert ("set", "x-token-gateway-removes", "query") in mutations(p.QUERY, "token-gateway-carriers")
    order = list(filters(p.QUERY))
    assert order.index("envoy.filters.http.ext_authz") < order.index("token-gateway-query")
    script = filters(p.QUERY)["token-gateway-query"]["default_source_code"]["inline_string"]
    assert '{ ["access_token"] = true, ["device.token"] = true }' in script
    assert "token-gateway-query" not in filters(p.PLAIN)
    assert "x-token-gateway-removes" not in str(mutations(p.PLAIN, "token-gateway-carriers"))


def test_an_upgrade_passes_only_where_a_route_takes_it() -> None:
    assert "upgrade_configs" not in manager(p.PLAIN)
    assert manager(p.WEBSOCKET)["upgrade_configs"] == [{"upgrade_type": "websocket"}]


def test_there_is_one_voice_on_cors() -> None:
    (host,) = manager(p.CORS)["route_config"]["virtual_hosts"]
    told = host["typed_per_filter_config"]["envoy.filters.http.cors"]
    assert p.CORS.cors is not None
    assert [one["exact"] for one in told["allow_origin_string_match"]] == sorted(p.CORS.cors.origins)
    assert (told["expose_headers"], told["allow_credentials"]) == ("x-total", True)
    assert "access-control-allow-origin" in host["response_headers_to_remove"]
    relayed = asking(p.CORS)["http_service"]["authorization_response"]["allowed_client_headers"]["patterns"]
    assert [one["exact"] for one in relayed if one["exact"].startswith(("access-", "vary"))] == []
    order = list(filters(p.CORS))
    assert order.index("envoy.filters.http.cors") < order.index("envoy.filters.http.ext_authz")
    (plain,) = manager(p.PLAIN)["route_config"]["virtual_hosts"]
    assert "envoy.filters.http.cors" not in filters(p.PLAIN)
    assert "typed_per_filter_config" not in plain


@each
def test_no_log_holds_a_query_or_a_header(policy: Policy) -> None:
    (log,) = manager(policy)["access_log"]
    assert log == logs.access_log()


def clusters(**settings: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in resources(p.PLAIN, **settings)["clusters"]}


def address(cluster: dict[str, Any]) -> tuple[str, int]:
    ((endpoint,),) = [one["lb_endpoints"] for one in cluster["load_assignment"]["endpoints"]]
    place = endpoint["endpoint"]["address"]["socket_address"]
    return place["address"], place["port_value"]


def test_the_addresses_are_the_operators() -> None:
    found = clusters(gateway="http://gw.ns.svc", backend="http://[::1]:8080")
    gateway, backend = found["token_gateway"], found["backend"]
    assert (gateway["type"], address(gateway)) == ("STRICT_DNS", ("gw.ns.svc", 80))
    assert (backend["type"], address(backend)) == ("STATIC", ("::1", 8080))
    assert (gateway["connect_timeout"], "transport_socket" in gateway) == ("1s", False)


def test_https_is_https_and_names_are_checked() -> None:
    found = clusters(gateway="https://gw.ns.svc", backend="https://10.0.0.1:8443")
    assert address(found["token_gateway"]) == ("gw.ns.svc", 443)
    for name, host, kind in (("token_gateway", "gw.ns.svc", "DNS"), ("backend", "10.0.0.1", "IP_ADDRESS")):
        context = found[name]["transport_socket"]["typed_config"]
        validation = context["common_tls_context"]["validation_context"]
        assert validation["match_typed_subject_alt_names"] == [{"san_type": kind, "matcher": {"exact": host}}]
        assert ("sni" in context) == (kind == "DNS")


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("80", ("0.0.0.0", 80)),
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:443", ("::1", 443)),
    ],
)
def test_it_listens_where_it_should(listen: str, place: tuple[str, int]) -> None:
    (listener,) = resources(p.PLAIN, listen=listen)["listeners"]
    socket = listener["address"]["socket_address"]
    assert (socket["address"], socket["port_value"]) == place


@pytest.mark.parametrize("listen", ["localhost:80", "127.0.0.1", "::1", "web"])
def test_it_listens_on_no_name(listen: str) -> None:
    with pytest.raises(SnippetImpossible, match="write IP:PORT"):
        snippet(p.PLAIN, Settings(listen=listen))


def test_the_comments_speak_of_this_policy_alone() -> None:
    said = snippet(p.PLAIN, Settings()).partition("static_resources")[0]
    assert '"orders"' in said
    assert [word for word in ("cors:", "cookies:", "query:", "WebSocket") if word in said] == []
    said = snippet(p.EVERYTHING, Settings()).partition("static_resources")[0]
    assert [word for word in ("cors:", "cookies:", "query:", "WebSocket") if word not in said] == []
    assert "*.example.org" in said
