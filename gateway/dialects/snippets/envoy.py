"""What goes into Envoy's configuration? A whole bootstrap for one policy, as YAML."""

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.envoy_bootstrap import (
    CLIENT_ADDRESS,
    GATEWAY,
    ODD,
    ROUTER,
    Object,
    backend_cluster,
    cors_filter,
    gateway_cluster,
    listener,
    mutation,
    put,
    remove,
    remove_all,
    typed,
    vary,
    write,
)
from gateway.dialects.snippets.envoy_texts import (
    CLEAN_QUERY,
    HEAD,
    HEAD_COOKIES,
    HEAD_CORS,
    HEAD_QUERY,
    ONE_COOKIE,
)
from gateway.dialects.snippets.settings import (
    CALLER,
    CALLER_VARIABLE,
    IDENTITY,
    Settings,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
    takes_cookies,
    takes_websockets,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the bootstrap: one listener, two clusters, no admin listener.

    Raises: SnippetImpossible where --listen is a name, for Envoy listens on addresses alone, and for another
    form of client certificates than Envoy's own.
    """
    check_certificates(policy, "Envoy", CertificateFrom.ENVOY_XFCC)
    asked = gateway_cluster(policy, settings.gateway, idle_timeout="60s", http_protocol_options={})
    listens = listener(policy, settings, _filters(policy, settings))
    return _head(policy) + write(listens, [asked, backend_cluster(settings.backend)])


# --- private ---


def _head(policy: Policy) -> str:
    return HEAD.format(
        policy=policy.id,
        hosts=", ".join(pattern.name for pattern in policy.hosts),
        upgrade=", but to WebSocket, which the gateway refuses route by route"
        if takes_websockets(policy)
        else "",
        cors=HEAD_CORS if policy.cors else "",
        cookies=HEAD_COOKIES if takes_cookies(policy) else "",
        query=HEAD_QUERY if query_names(policy) else "",
    )


def _filters(policy: Policy, settings: Settings) -> list[Object]:
    return [
        mutation("token-gateway-carriers", _carriers(policy), vary(policy)),
        *cors_filter(policy),
        *_cookie_filter(policy),
        {"name": "envoy.filters.http.ext_authz", "typed_config": _ask(policy, settings)},
        mutation("token-gateway-clean", _cleaning(policy), []),
        *_query_filter(policy),
        ROUTER,
    ]


def _carriers(policy: Policy) -> list[Object]:
    """X-Forwarded-Proto and Host are Envoy's own already; the address of a loopback client is not."""
    return [
        remove_all(prefix="x-token-gateway-"),
        remove_all(prefix="x-envoy-"),
        put("X-Forwarded-For", CLIENT_ADDRESS),
        *([put("X-Token-Gateway-Removes", "query")] if query_names(policy) else []),
        *([put(CALLER, f"%ENVIRONMENT({CALLER_VARIABLE})%")] if says_secret(policy) else []),
    ]


def _ask(policy: Policy, settings: Settings) -> Object:
    url = settings.auth_url("envoy", policy)
    answer = {
        "allowed_client_headers": _exactly("www-authenticate", "cache-control", "content-type"),
        # Kept aside, and put into the request by token-gateway-clean: nothing else of the answer is.
        "dynamic_metadata_from_headers": _exactly(*_replaced(policy)),
    }
    return typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        clear_route_cache=False,
        allowed_headers={"patterns": [{"safe_regex": {"regex": ".*"}}]},
        disallowed_headers=_exactly("transfer-encoding", "expect"),
        http_service={
            "server_uri": {"uri": settings.gateway, "cluster": GATEWAY, "timeout": "6s"},
            "path_prefix": url.removeprefix(settings.gateway),
            "authorization_response": answer,
        },
    )


def _exactly(*names: str) -> Object:
    return {"patterns": [{"exact": name.lower()} for name in names]}


def _replaced(policy: Policy) -> tuple[str, ...]:
    """What the backend gets from the gateway's answer, or not at all."""
    return ("Authorization", *IDENTITY, *(("Cookie",) if takes_cookies(policy) else ()))


def _cleaning(policy: Policy) -> list[Object]:
    replaced = _replaced(policy)
    value = "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:{})%"
    return [
        *(remove(name) for name in (*replaced, *credential_headers(policy), *UNTRUSTED)),
        *ODD,
        *(put(name, value.format(name.lower())) for name in replaced),
        put("X-Real-IP", CLIENT_ADDRESS),
        put("X-Forwarded-Host", "%REQ(:AUTHORITY)%"),
    ]


def _cookie_filter(policy: Policy) -> list[Object]:
    return [_lua("token-gateway-cookies", ONE_COOKIE)] if takes_cookies(policy) else []


def _query_filter(policy: Policy) -> list[Object]:
    names = ", ".join(f'["{name}"] = true' for name in query_names(policy))
    return [_lua("token-gateway-query", CLEAN_QUERY.format(names=names))] if names else []


def _lua(name: str, script: str) -> Object:
    kind = "extensions.filters.http.lua.v3.Lua"
    return {"name": name, "typed_config": typed(kind, default_source_code={"inline_string": script})}
