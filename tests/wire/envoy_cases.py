"""What is tried with a real Envoy, and with the audit?"""

from typing import Final, NamedTuple

from tests.wire.envoy_words import (
    ALL,
    ASK,
    BASIC,
    CLEANS,
    COPIES,
    DEAD,
    DEAD_OPEN,
    DENIES,
    DISABLED,
    EITHER,
    ENABLED,
    HEADER_OF,
    JWT,
    KEYS,
    NAIVE,
    NAMED,
    NAMES,
    NEEDS,
    NOT_GET,
    OFF,
    OTHERS,
    OURS,
    OVERWRITES,
    PASSWORDS,
    TOKEN,
    TREE,
    WHO,
    WRAPPED,
    asks,
    listed,
    per_route,
    typed,
    uri,
    verifies,
)


class Case(NamedTuple):
    """What is in a listener; and what the audit may leave open, because it stands elsewhere."""

    filters: str = ""
    routes: str = ALL
    host: str = ""
    sent: tuple[tuple[str, str], ...] = ()
    """What every client sends besides."""
    credential: str = f"Bearer {TOKEN}"
    untold: frozenset[str] = frozenset()
    """`state`, `token`."""
    manager: str = ""
    of_all: str = ""
    """In the route configuration."""


STATE: Final = frozenset({"state"})
FATE: Final = frozenset({"token"})


def route(match: str, more: str = "", *, to: str = "route: {cluster: app}") -> str:
    return f"{{match: {{{match}}}, {to}, {more}}}"


def added(value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD", *, key: str = "Authorization") -> str:
    return f"request_headers_to_add: [{{header: {{key: {key}, value: '{value}'}}, append_action: {action}}}]"


def early(change: str) -> str:
    kind = "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    config = f'{{"@type": {kind}, mutations: [{{{change}}}]}}'
    return f"early_header_mutation_extensions: [{{name: early, typed_config: {config}}}], "


CASES: Final = {
    "open": Case(),
    "ours": Case(ASK),
    "naive": Case(NAIVE),
    "another's, listed": Case(asks("/minted", listed()), untold=FATE),
    "listed, and answered with nothing": Case(asks(OTHERS, listed()), untold=FATE),
    "listed by a beginning": Case(asks(OURS, listed("prefix: auth"))),
    "listed by an end": Case(asks(OURS, listed("suffix: zation"))),
    "listed by a part": Case(asks(OURS, listed("contains: uthor"))),
    "listed in other letters": Case(asks(OURS, listed("exact: Authorization"))),
    "listed in other letters, ignored": Case(asks(OURS, listed("exact: Authorization, ignore_case: true"))),
    "listed by any name": Case(asks(OURS, listed("safe_regex: {regex: .*}"))),
    "appended": Case(asks(OURS, listed(append=True))),
    "nobody there": Case(DEAD),
    "nobody there, let in": Case(DEAD_OPEN, untold=FATE),
    "nobody there, let in, in lowerCamelCase": Case(
        DEAD_OPEN.replace("failure_mode_allow", "failureModeAllow"), untold=FATE
    ),
    "taken before the filters": Case(manager=early("remove: authorization")),
    "replaced before the filters": Case(
        manager=early(
            "append: {header: {key: Authorization, value: x}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}"
        )
    ),
    "another is taken before the filters": Case(manager=early("remove: cookie")),
    "nobody there, let in, but a JWT": Case(f"{DEAD_OPEN}, {JWT}"),
    "a share": Case(
        asks(OURS, listed(), more="filter_enabled: {default_value: {numerator: 0}}, "),
    ),
    "by metadata": Case(
        asks(
            OURS,
            listed(),
            more="filter_enabled_metadata: {filter: x, path: [{key: z}], value: {bool_match: true}}, ",
        )
    ),
    "switched off": Case(asks(OURS, listed(), filter_more="disabled: true, ")),
    "off at the host": Case(ASK, host=OFF),
    "off at a route": Case(ASK, f"{route('path: /health', OFF)}, {ALL}"),
    "off at a route, by FilterConfig": Case(
        ASK,
        f"{route('path: /health', DISABLED)}, {ALL}",
    ),
    "off at a route, wrapped": Case(
        ASK,
        route(
            "prefix: /api",
            "typed_per_filter_config: {ext_authz: "
            f'{WRAPPED}config: {{"@type": type.googleapis.com/{NAMES}.ext_authz.v3.ExtAuthzPerRoute, '
            "disabled: true}}}",
        )
        + f", {ALL}",
    ),
    "off at the host, on at a route": Case(
        asks(OURS, listed(), filter_more="disabled: true, "),
        f"{route('prefix: /api', ENABLED)}, {ALL}",
    ),
    "of another name": Case(
        ASK, host=OFF.replace("{ext_authz:", "{another:").replace("disabled", "disabled")
    ),
    "off at the host, switched on at a route": Case(
        ASK,
        f"{route('prefix: /api', ENABLED)}, {ALL}",
        host=OFF,
    ),
    "off at the host, told more at a route": Case(
        ASK,
        f"{route('prefix: /api', per_route('ext_authz.v3.ExtAuthzPerRoute', 'check_settings: {}'))}, {ALL}",
        host=OFF,
    ),
    "another is asked for a route": Case(
        ASK,
        route(
            "prefix: /api",
            per_route(
                "ext_authz.v3.ExtAuthzPerRoute",
                f"check_settings: {{http_service: {{{uri('auth')}, path_prefix: /check}}}}",
            ),
        )
        + f", {ALL}",
    ),
    "by a tree": Case(ASK, "", host=TREE.replace("MORE", OFF)),
    "by a tree, asked": Case(ASK, "", host=TREE.replace("MORE", "")),
    "route order": Case(ASK, f"{route('prefix: /api')}, {route('prefix: /api/x', OFF)}, {ALL}"),
    "route order, the small one first": Case(
        ASK, f"{route('prefix: /api/x', OFF)}, {route('prefix: /api')}, {ALL}"
    ),
    "whole elements": Case(ASK, f"{route('path_separated_prefix: /api', OFF)}, {ALL}"),
    "by a pattern": Case(ASK, f"{route('safe_regex: {regex: /api}', OFF)}, {ALL}"),
    "by a header": Case(
        ASK,
        f"{route('prefix: /api, headers: [{name: x-c, present_match: true}]', OFF)}, {ALL}",
        sent=(("X-C", "1"),),
    ),
    "behind a header": Case(
        ASK,
        f"{route('prefix: /, headers: [{name: x-c, present_match: true}]')}, {route('prefix: /', OFF)}",
    ),
    "behind other methods": Case(ASK, f"{route(f'prefix: /, {NOT_GET}')}, {route('prefix: /', OFF)}"),
    "behind methods by a pattern": Case(
        ASK,
        route("prefix: /, headers: [{name: ':method', string_match: {prefix: P}}]")
        + f", {route('prefix: /', OFF)}",
    ),
    "behind a share of the requests": Case(
        ASK,
        f"{route('prefix: /, runtime_fraction: {default_value: {numerator: 0}}')}, {route('prefix: /', OFF)}",
    ),
    "behind gRPC": Case(ASK, f"{route('prefix: /, grpc: {}')}, {route('prefix: /', OFF)}"),
    "behind a certificate": Case(
        ASK, f"{route('prefix: /, tls_context: {presented: true}')}, {route('prefix: /', OFF)}"
    ),
    "weighted": Case(
        ASK,
        route(
            "prefix: /",
            to="route: {weighted_clusters: {clusters: [{name: app, weight: 1}, {name: app, weight: 1}]}}",
        ),
    ),
    "weighted, off at one": Case(
        ASK,
        route(
            "prefix: /",
            to="route: {weighted_clusters: {clusters: "
            f"[{{name: dead, weight: 0}}, {{name: app, weight: 1, {OFF}}}]}}}}",
        ),
    ),
    "weighted, cleaned at one": Case(
        NAIVE,
        route(
            "prefix: /",
            to="route: {weighted_clusters: {clusters: ["
            "{name: app, weight: 1, request_headers_to_remove: [authorization]}]}}",
        ),
    ),
    "mirrored": Case(
        ASK,
        route("prefix: /", to="route: {cluster: app, request_mirror_policies: [{cluster: mirror}]}"),
    ),
    "redirects": Case("", route("prefix: /", to="redirect: {https_redirect: true}")),
    "answers itself": Case("", route("prefix: /", to="direct_response: {status: 204}")),
    "needs TLS": Case("", host="require_tls: ALL"),
    "needs TLS, said to be": Case("", host="require_tls: ALL", sent=(("X-Forwarded-Proto", "https"),)),
    "needs TLS, seen to be": Case(
        "",
        host="require_tls: ALL",
        sent=(("X-Forwarded-Proto", "https"),),
        manager="use_remote_address: true, ",
    ),
    "needs TLS, said by one before": Case(
        "",
        host="require_tls: ALL",
        sent=(("X-Forwarded-Proto", "https"),),
        manager="use_remote_address: true, xff_num_trusted_hops: 1, ",
    ),
    "needs TLS, and asked": Case(ASK, host="require_tls: ALL", sent=(("X-Forwarded-Proto", "https"),)),
    "needs TLS of strangers": Case(
        "", host="require_tls: EXTERNAL_ONLY", sent=(("X-Forwarded-For", "10.0.0.1"),)
    ),
    "removed by the route": Case(NAIVE, route("prefix: /", "request_headers_to_remove: [Authorization]")),
    "removed by the host": Case(NAIVE, host="request_headers_to_remove: [authorization]"),
    "removed, and open": Case("", host="request_headers_to_remove: [authorization]"),
    "removed by a filter": Case(f"{NAIVE}, {typed('header_mutation.v3.HeaderMutation', CLEANS)}"),
    "removed by a filter that is off": Case(
        f"{NAIVE}, {typed('header_mutation.v3.HeaderMutation', CLEANS, more='disabled: true, ')}"
    ),
    "removed by a filter, off at the route": Case(
        f"{NAIVE}, {typed('header_mutation.v3.HeaderMutation', CLEANS)}",
        route("prefix: /", f"typed_per_filter_config: {{header_mutation: {WRAPPED}disabled: true}}}}"),
    ),
    "removed by a filter, at the route": Case(
        f"{NAIVE}, {typed('header_mutation.v3.HeaderMutation')}",
        route("prefix: /", per_route("header_mutation.v3.HeaderMutationPerRoute", CLEANS)),
    ),
    "overwritten by the route": Case(NAIVE, route("prefix: /", added("Basic x"))),
    "overwritten with itself": Case(NAIVE, route("prefix: /", added("%REQ(authorization)%"))),
    "added to": Case(NAIVE, route("prefix: /", added("Basic x", "APPEND_IF_EXISTS_OR_ADD"))),
    "added where it lacks": Case(NAIVE, route("prefix: /", added("Basic x", "ADD_IF_ABSENT"))),
    "by another name": Case(
        NAIVE,
        route("prefix: /", added("%REQ(AUTHORIZATION)%", key="X-Own")),
        host="request_headers_to_remove: [authorization]",
    ),
    "by another name, too late": Case(
        NAIVE,
        route("prefix: /", "request_headers_to_remove: [authorization]"),
        host=added("%REQ(AUTHORIZATION)%", key="X-Own"),
    ),
    "a JWT": Case(JWT),
    "a JWT, passed on": Case(verifies(f"{{match: {{prefix: /}}, {NEEDS}}}", provider="forward: true")),
    "a JWT, if any": Case(
        verifies(
            "{match: {prefix: /}, requires: {requires_any: {requirements: "
            "[{provider_name: p}, {allow_missing: {}}]}}}"
        )
    ),
    "a JWT, or a wrong one": Case(
        verifies("{match: {prefix: /}, requires: {allow_missing_or_failed: {}}}", provider="forward: false"),
        untold=FATE,
    ),
    "a JWT, not looked at": Case(
        verifies("{match: {prefix: /}, requires: {extract_only_without_validation: {}}}"), untold=FATE
    ),
    "a JWT for some paths": Case(
        verifies(f"{{match: {{path: /health}}}}, {{match: {{prefix: /api}}, {NEEDS}}}")
    ),
    "a JWT, but for health": Case(
        verifies(f"{{match: {{path: /health}}}}, {{match: {{prefix: /}}, {NEEDS}}}")
    ),
    "a JWT with a header": Case(
        verifies(f"{{match: {{prefix: /, headers: [{{name: x-c, present_match: true}}]}}, {NEEDS}}}")
    ),
    "no JWT with a header": Case(
        verifies(
            "{match: {prefix: /, headers: [{name: x-c, present_match: true}]}}, "
            f"{{match: {{prefix: /}}, {NEEDS}}}"
        ),
        sent=(("X-C", "1"),),
    ),
    "a JWT, off at a route": Case(
        JWT, f"{route('path: /health', per_route('jwt_authn.v3.PerRouteConfig', 'disabled: true'))}, {ALL}"
    ),
    "a JWT, by the route": Case(
        verifies("", more="requirement_map: {named: {provider_name: p}}, "),
        f"{route('prefix: /api', NAMED)}, {ALL}",
    ),
    "a JWT, less by the route": Case(
        verifies(
            f"{{match: {{prefix: /}}, {NEEDS}}}",
            more=f"requirement_map: {{named: {EITHER}}}, ",
        ),
        f"{route('prefix: /api', NAMED)}, {ALL}",
    ),
    "a JWT, then asked": Case(
        f"{verifies(f'{{match: {{prefix: /}}, {NEEDS}}}', provider='forward: true')}, {ASK}"
    ),
    "asked, then a JWT": Case(f"{NAIVE}, {JWT}"),
    "asked, then a JWT, passed on": Case(
        f"{NAIVE}, {verifies(f'{{match: {{prefix: /}}, {NEEDS}}}', provider='forward: true')}"
    ),
    "asked, then a JWT for some paths": Case(f"{NAIVE}, {verifies(f'{{match: {{prefix: /api}}, {NEEDS}}}')}"),
    "passwords": Case(PASSWORDS, credential=BASIC),
    "passwords, off at a route": Case(
        PASSWORDS,
        route("path: /health", f"typed_per_filter_config: {{basic_auth: {WRAPPED}disabled: true}}}}")
        + f", {ALL}",
        credential=BASIC,
    ),
    "keys": Case(KEYS, credential="Bearer a-key"),
    "keys, hidden": Case(
        KEYS.replace("key_sources", "forwarding: {hide_credentials: true}, key_sources"),
        credential="Bearer a-key",
    ),
    "overwritten by a filter": Case(
        f"{NAIVE}, {typed('header_mutation.v3.HeaderMutation', OVERWRITES)}",
    ),
    "overwritten by a filter, too early": Case(
        f"{typed('header_mutation.v3.HeaderMutation', COPIES)}, {ASK}",
    ),
    "in order": Case(
        NAIVE,
        route("prefix: /", added("%REQ(AUTHORIZATION)%", key="X-Own")),
        host="request_headers_to_remove: [authorization]",
        of_all="most_specific_header_mutations_wins: true, ",
    ),
    "of some requests": Case(
        "{name: m, typed_config: {"
        '"@type": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher, '
        f"extension_config: {ASK}, "
        "xds_matcher: {matcher_list: {matchers: [{predicate: {single_predicate: "
        "{input: {name: i, typed_config: "
        f"{HEADER_OF}header_name: x-c}}}}, "
        "value_match: {exact: a}}}, on_match: {action: {name: skip, typed_config: "
        '{"@type": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter}}}}]}}}}',
        untold=STATE | FATE,
    ),
    "RBAC off at the route": Case(
        typed("rbac.v3.RBAC", f"rules: {WHO}"),
        f"{route('prefix: /api', per_route('rbac.v3.RBACPerRoute', ''))}, {route('prefix: /', DENIES)}",
    ),
    "RBAC for whoever": Case(
        typed(
            "rbac.v3.RBAC",
            "rules: {action: ALLOW, policies: {a: {permissions: [{any: true}], principals: [{any: true}]}}}",
        )
    ),
    "RBAC by a header": Case(
        typed(
            "rbac.v3.RBAC",
            "rules: {action: ALLOW, policies: {a: {permissions: [{any: true}], principals: "
            "[{header: {name: authorization, present_match: true}}]}}}",
        ),
        untold=STATE,
    ),
    "RBAC that only writes down": Case(
        typed(
            "rbac.v3.RBAC",
            "shadow_rules: {action: ALLOW, policies: {a: {permissions: [{any: true}], principals: "
            "[{header: {name: authorization, present_match: true}}]}}}",
        )
    ),
    "a program": Case(
        f"{NAIVE}, {typed('lua.v3.Lua', 'default_source_code: {inline_string: x = 1}')}", untold=FATE
    ),
    "upgraded, past the question": Case(
        ASK,
        manager="upgrade_configs: [{upgrade_type: websocket, filters: [ROUTER]}], ",
        sent=(("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "a")),
    ),
    "upgraded": Case(
        ASK,
        manager="upgrade_configs: [{upgrade_type: websocket}], ",
        sent=(("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "a")),
    ),
}
