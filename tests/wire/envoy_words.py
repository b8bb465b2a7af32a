"""How are the filters and routes of Envoy written, for the cases of envoy_cases.py?"""

import base64
import hashlib
import hmac
import json
from typing import Final

KEY: Final = b"a-key-for-this-test-and-nothing-else"
NAMES: Final = "envoy.extensions.filters.http"


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(claims: dict[str, str]) -> str:
    """RFC 7515 section 3.3, by HMAC."""
    text = ".".join(encoded(json.dumps(one).encode()) for one in ({"alg": "HS256", "kid": "k"}, claims))
    return f"{text}.{encoded(hmac.digest(KEY, text.encode(), 'sha256'))}"


TOKEN: Final = signed({"iss": "i", "sub": "s"})
JWKS: Final = json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "kid": "k", "k": encoded(KEY)}]})


def typed(message: str, config: str = "", *, more: str = "", name: str = "") -> str:
    """A filter; its name is the last part of its package."""
    package, _, _ = message.partition(".v3.")
    kind = f'"@type": type.googleapis.com/{NAMES}.{message}'
    return f"{{name: {name or package}, {more}typed_config: {{{kind}, {config}}}}}"


def per_route(message: str, config: str, *, name: str = "") -> str:
    package, _, _ = message.partition(".v3.")
    kind = f'"@type": type.googleapis.com/{NAMES}.{message}'
    return f"typed_per_filter_config: {{{name or package}: {{{kind}, {config}}}}}"


def uri(cluster: str) -> str:
    return f"server_uri: {{uri: 'http://auth:1', cluster: {cluster}, timeout: 2s}}"


def asks(
    prefix: str, lists: str = "", *, cluster: str = "auth", more: str = "", filter_more: str = ""
) -> str:
    answer = f"authorization_response: {{{lists}}}"
    service = f"http_service: {{{uri(cluster)}, path_prefix: {prefix}, {answer}}}"
    return typed("ext_authz.v3.ExtAuthz", f"{more}{service}", more=filter_more)


def verifies(rules: str, *, provider: str = "", more: str = "") -> str:
    keys = f"local_jwks: {{inline_string: '{JWKS}'}}"
    providers = (
        f"providers: {{p: {{issuer: i, {keys}, {provider}}}, other: {{issuer: o, forward: true, {keys}}}}}"
    )
    return typed("jwt_authn.v3.JwtAuthentication", f"{providers}, {more}rules: [{rules}]")


def listed(pattern: str = "exact: authorization", *, append: bool = False) -> str:
    name = "allowed_upstream_headers_to_append" if append else "allowed_upstream_headers"
    return f"{name}: {{patterns: [{{{pattern}}}]}}"


OURS: Final = "/auth/envoy/orders"
OTHERS: Final = "/check"
ASK: Final = asks(OURS, listed())
NAIVE: Final = asks(OTHERS)
DEAD: Final = asks(OURS, listed(), cluster="dead")
DEAD_OPEN: Final = asks(OURS, listed(), cluster="dead", more="failure_mode_allow: true, ")
NEEDS: Final = "requires: {provider_name: p}"
JWT: Final = verifies(f"{{match: {{prefix: /}}, {NEEDS}}}")
ALL: Final = "{match: {prefix: /}, route: {cluster: app}}"
OFF: Final = per_route("ext_authz.v3.ExtAuthzPerRoute", "disabled: true")
WRAPPED: Final = '{"@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, '
CLEANS: Final = "mutations: {request_mutations: [{remove: authorization}]}"
BASIC: Final = "Basic " + base64.b64encode(b"a:b").decode()
SHA: Final = "{SHA}" + base64.b64encode(hashlib.sha1(b"b", usedforsecurity=False).digest()).decode()
PASSWORDS: Final = typed("basic_auth.v3.BasicAuth", f"users: {{inline_string: 'a:{SHA}'}}")
KEYS: Final = typed(
    "api_key_auth.v3.ApiKeyAuth",
    "credentials: [{key: a-key, client: a}], key_sources: [{header: authorization}]",
)
OVERWRITES: Final = (
    "mutations: {request_mutations: [{append: {header: {key: authorization, value: x}, "
    "append_action: OVERWRITE_IF_EXISTS_OR_ADD}}]}"
)
COPIES: Final = (
    "mutations: {request_mutations: [{append: {header: {key: x-own, value: '%REQ(AUTHORIZATION)%'}, "
    "append_action: OVERWRITE_IF_EXISTS_OR_ADD}}]}"
)
WHO: Final = (
    "{action: ALLOW, policies: {a: {permissions: [{any: true}], principals: "
    "[{header: {name: authorization, present_match: true}}]}}}"
)
HEADER_OF: Final = '{"@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, '
ENABLED: Final = f"typed_per_filter_config: {{ext_authz: {WRAPPED}config: {{}}}}}}"
DISABLED: Final = f"typed_per_filter_config: {{ext_authz: {WRAPPED}disabled: true}}}}"
NAMED: Final = per_route("jwt_authn.v3.PerRouteConfig", "requirement_name: named")
EITHER: Final = "{requires_any: {requirements: [{provider_name: p}, {allow_missing: {}}]}}"
DENIES: Final = per_route("rbac.v3.RBACPerRoute", "rbac: {rules: {action: DENY, policies: {}}}")
TREE: Final = (
    "matcher: {matcher_tree: {input: {name: i, typed_config: "
    f'{HEADER_OF}header_name: ":path"}}}}, '
    "prefix_match_map: {map: {/: {action: {name: r, typed_config: "
    '{"@type": type.googleapis.com/envoy.config.route.v3.Route, match: {prefix: /}, '
    "route: {cluster: app}, MORE}}}}}}}"
)
NOT_GET: Final = "headers: [{name: ':method', string_match: {exact: GET}, invert_match: true}]"
