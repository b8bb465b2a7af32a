import pytest

from gateway.audit.exposure import Auth, Mechanism, Reaches
from gateway.audit.normal.envoy_file import Clusters, files_of
from gateway.audit.normal.envoy_filters import Chain, is_partial, logs_of
from gateway.audit.normal.envoy_routes import Route, routes_of
from gateway.audit.normal.parts import parts
from gateway.config.tree import Node
from tests.audit.showing import estate_of

TYPE = '"@type": type.googleapis.com/x.v3.'


def given(text: str, route: str = "match: {prefix: /}") -> tuple[Chain, Route]:
    hosts = f"virtual_hosts: [{{domains: [a.b], routes: [{{{route}}}]}}]"
    (file,) = files_of(estate_of(f"static_resources: {{http_filters: [{text}], {hosts}}}"))
    manager = file.root.child("static_resources")
    assert manager is not None
    return Chain(file, manager, Clusters(())), next(iter(routes_of(file, manager)))


def found(text: str, route: str = "match: {prefix: /}, route: {cluster: b}") -> list[str]:
    chain, one = given(text, route)
    return [
        f"{part.path} {part.auth.mechanism if part.auth else 'open'}: {chain.fate(one, part.path).reaches}"
        for part in parts(one.path, chain.askings(one))
    ]


def one(message: str, config: str, name: str = "f", more: str = "") -> str:
    return f"{{name: {name}, {more}typed_config: {{{TYPE}{message}, {config}}}}}"


URI = "server_uri: {uri: 'http://gw:1'}, path_prefix: /auth/envoy/o"
HTTP = f"http_service: {{{URI}, authorization_response: {{ANSWER}}}}"
LISTED = HTTP.replace("ANSWER", "allowed_upstream_headers: {patterns: [{exact: authorization}]}")
ASK = one("ExtAuthz", LISTED)
GRPC = "grpc_service: {envoy_grpc: {cluster_name: token_gateway}}"


@pytest.mark.parametrize("ask", [ASK, one("ExtAuthz", GRPC)])
def test_who_is_asked_and_where_it_is_switched_off(ask: str) -> None:
    off = "match: {prefix: /}, typed_per_filter_config: {f: {disabled: true}}"
    assert found(ask) == ["/** external: no"]
    assert found(ask, off) == ["/** open: yes"]
    disabled = ask.replace("{name: f,", "{name: f, disabled: true,")
    assert found(disabled) == ["/** open: yes"]
    assert found(disabled, off.replace("disabled: true", "check_settings: {}")) == ["/** external: no"]
    share = ask.replace(
        "typed_config: {", "typed_config: {filter_enabled: {default_value: {numerator: 99}}, "
    )
    assert found(share) == ["/** open: yes"]


def test_what_becomes_of_the_token() -> None:
    nothing = one("ExtAuthz", HTTP.replace("ANSWER", ""))
    cleaning = one("HeaderMutation", "mutations: {request_mutations: [{remove: Authorization}]}", name="c")
    lua = one("Lua", "x: 1", name="l")
    cases = [
        (found(nothing), ["/** external: yes"]),
        (found(f"{nothing}, {cleaning}"), ["/** external: no"]),
        (found(f"{nothing}, {lua}"), ["/** external: cannot tell"]),
        (found(f"{ASK}, {lua}"), ["/** external: no"]),
        (
            found(nothing, "match: {prefix: /}, request_headers_to_remove: [authorization]"),
            ["/** external: no"],
        ),
        (found(ASK.replace("/auth/envoy/o", "/check")), ["/** external: cannot tell"]),
        (
            found(one("ExtAuthz", "grpc_service: {google_grpc: {target_uri: 'opa:9'}}")),
            ["/** external: cannot tell"],
        ),
        (found(ASK.replace("exact: authorization", "safe_regex: {regex: .*}")), ["/** external: no"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_tokens_that_the_proxy_verifies() -> None:
    def rules(text: str, provider: str = "{}") -> str:
        return one("JwtAuthentication", f"providers: {{i: {provider}}}, rules: [{text}]")

    needs = "requires: {provider_name: i}"
    health = "{match: {path: /health}}"
    by_name = rules("{match: {prefix: /}, requirement_name: n}").replace(
        "rules:", "requirement_map: {n: {provider_name: i}}, rules:"
    )
    cases = [
        (found(rules(f"{{match: {{prefix: /}}, {needs}}}")), ["/** jwt: no"]),
        (found(rules(f"{{match: {{prefix: /}}, {needs}}}", "{forward: true}")), ["/** jwt: yes"]),
        (
            found(rules(f"{health}, {{match: {{prefix: /}}, {needs}}}")),
            ["/** jwt: no", "= /health open: yes"],
        ),
        (found(rules(f"{{match: {{prefix: /api}}, {needs}}}")), ["/api* jwt: no", "/** open: yes"]),
        (found(rules("{match: {prefix: /}, requires: {allow_missing: {}}}")), ["/** open: no"]),
        (found(rules("")), ["/** open: yes"]),
        (found(rules("{match: {prefix: /}}")), ["/** open: yes"]),
        (found(by_name), ["/** jwt: no"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_other_filters_that_ask() -> None:
    assert found(one("BasicAuth", "x: 1")) == ["/** basic: yes"]
    assert found(one("OAuth2", "x: 1")) == ["/** oidc: cannot tell"]
    assert found(one("Router", "x: 1")) == ["/** open: yes"]


def test_filters_that_ask_in_ways_that_are_not_followed() -> None:
    who = "policies: {a: {principals: [WHO]}}"
    header, anybody = "{header: {name: x}}", "{any: true}"
    rules = one("RBAC", f"rules: {{action: ALLOW, {who}}}")
    off = "typed_per_filter_config: {f: {'@type': type.googleapis.com/x.v3.RBACPerRoute}}"
    whole = "match: {prefix: /}, route: {cluster: b}, "
    cases = [
        (found(rules.replace("WHO", header)), ["/** unknown: yes"]),
        (found(rules.replace("WHO", anybody)), ["/** open: yes"]),
        (found(rules.replace("WHO", header).replace("ALLOW", "DENY")), ["/** open: yes"]),
        (found(rules.replace("WHO", header).replace("rules:", "shadow_rules:")), ["/** open: yes"]),
        (found(rules.replace("WHO", header), whole + off), ["/** open: yes"]),
        (
            found(
                rules.replace("WHO", anybody),
                whole + off.replace("Route}", f"Route, rbac: {{rules: {{{who}}}}}}}").replace("WHO", header),
            ),
            ["/** unknown: yes"],
        ),
        (found(f"{rules.replace('WHO', header)}, {ASK}"), ["/** external: no"]),
        (found(one("ExtensionWithMatcher", "x: 1")), ["/** unknown: cannot tell"]),
        (found("{name: f, config_discovery: {}}"), ["/** unknown: cannot tell"]),
        (found(one("OAuth2", "config: {pass_through_matcher: [{name: x}]}")), ["/** unknown: cannot tell"]),
        (found(one("OAuth2", "config: {}")), ["/** oidc: cannot tell"]),
        (found(one("ApiKeyAuth", "x: 1")), ["/** api-key: yes"]),
        (found(one("ApiKeyAuth", "forwarding: {hide_credentials: true}")), ["/** api-key: no"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_a_route_may_have_somebody_else_asked() -> None:
    other = (
        "typed_per_filter_config: {f: {check_settings: {http_service: {server_uri: {uri: 'http://o:1'}}}}}"
    )
    chain, route = given(ASK, f"match: {{prefix: /}}, {other}")
    assert [one.auth.url for one in chain.askings(route) if one.auth] == ["http://o:1"]
    assert chain.fate(route, route.path).reaches is Reaches.YES


def test_who_fails_closed_is_told_before_who_fails_open() -> None:
    opening = ASK.replace("http_service", "failure_mode_allow: true, http_service")
    assert found(f"{opening}, {one('BasicAuth', 'x: 1')}") == ["/** basic: yes"]


def node(text: str) -> Node:
    (file,) = files_of(estate_of(f"static_resources: {text}"))
    found = file.root.child("static_resources")
    assert found is not None
    return found


def test_a_share_of_the_requests_is_not_all_of_them() -> None:
    cases = {
        "{}": False,
        "{filter_enabled: {runtime_key: x}}": True,
        "{filter_enabled: {default_value: {numerator: 100}}}": False,
        "{filter_enabled: {default_value: {numerator: 100, denominator: MILLION}}}": True,
        "{filter_enabled: {default_value: {numerator: 0}}, deny_at_disable: {default_value: true}}": False,
    }
    assert {one: is_partial(node(one)) for one in cases} == cases


def test_what_the_access_log_writes() -> None:
    def logged(log: str) -> set[str]:
        (file,) = files_of(estate_of(f"static_resources: {{access_log: [{{typed_config: {{{log}}}}}]}}"))
        manager = file.root.child("static_resources")
        assert manager is not None
        return {one.name for one in logs_of(file, manager)}

    assert logged(f"{TYPE}FileAccessLog, path: x") == {"query"}
    assert logged(
        f"{TYPE}StdoutAccessLog, log_format: {{text_format_source: {{inline_string: '%REQ(COOKIE)%'}}}}"
    ) == {"cookie"}
    assert logged(f"{TYPE}HttpGrpcAccessLogConfig, additional_request_headers_to_log: [X-Api-Key]") == {
        "x-api-key"
    }


def test_a_policy_is_named_by_context() -> None:
    named = "{check_settings: {context_extensions: {policy: o}}}"
    text = f"match: {{prefix: /}}, typed_per_filter_config: {{f: {named}}}"
    chain, route = given(one("ExtAuthz", GRPC), text)
    auths: list[Auth | None] = [asking.auth for asking in chain.askings(route)]
    assert [(auth.mechanism, auth.policy) for auth in auths if auth] == [(Mechanism.EXTERNAL, "o")]
