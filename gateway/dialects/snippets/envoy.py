"""What goes into Envoy's configuration? A whole bootstrap for one policy, as YAML."""

from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from gateway.core.policy import Cors, Policy
from gateway.dialects.snippets.envoy_texts import (
    CLEAN_QUERY,
    HEAD,
    HEAD_COOKIES,
    HEAD_CORS,
    HEAD_QUERY,
    ONE_COOKIE,
)
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER,
    CALLER_VARIABLE,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    IDENTITY,
    Settings,
    SnippetImpossible,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    takes_websockets,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the bootstrap: one listener, two clusters, no admin listener.

    Raises: SnippetImpossible where --listen is a name: Envoy listens on addresses alone.
    """
    listener = {
        "name": "token-gateway",
        "address": _socket(*_listen(settings.listen)),
        "filter_chains": [{"filters": [_connections(policy, settings)]}],
    }
    clusters = [
        _cluster(_GATEWAY, settings.gateway, _gateway_trust(policy), idle_timeout="60s"),
        _cluster(_BACKEND, settings.backend, _SYSTEM_TRUST, idle_timeout="30s"),
    ]
    bootstrap = {"static_resources": {"listeners": [listener], "clusters": clusters}}
    return _head(policy) + yaml.dump(bootstrap, Dumper=_Dumper, sort_keys=False, width=110)


# --- private ---

_Object = dict[str, Any]
_GATEWAY: Final = "token_gateway"
_BACKEND: Final = "backend"
_CORS: Final = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
)
_ACCESS_LOG: Final = {
    "time": "%START_TIME%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "method": "%REQ(:METHOD)%",
    "path": "%PATH(NQ:PATH)%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "bytes": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
}


class _Dumper(yaml.SafeDumper):
    """Writes each value where it stands, and text of several lines as a block."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


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


def _typed(kind: str, **fields: Any) -> _Object:
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def _connections(policy: Policy, settings: Settings) -> _Object:
    upgrades = {"upgrade_configs": [{"upgrade_type": "websocket"}]} if takes_websockets(policy) else {}
    manager = _typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=_GATEWAY,
        use_remote_address=True,
        xff_num_trusted_hops=0,
        normalize_path=False,
        merge_slashes=False,
        path_with_escaped_slashes_action="KEEP_UNCHANGED",
        common_http_protocol_options={"headers_with_underscores_action": "ALLOW"},
        http_protocol_options={"allow_absolute_url": False, "accept_http_10": False},
        max_request_headers_kb=30,
        request_headers_timeout="10s",
        generate_request_id=False,
        server_header_transformation="PASS_THROUGH",
        **upgrades,
        access_log=[_access_log()],
        route_config={"virtual_hosts": [_virtual_host(policy)]},
        http_filters=_filters(policy, settings),
    )
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}


def _access_log() -> _Object:
    log = _typed(
        "extensions.access_loggers.stream.v3.StdoutAccessLog", log_format={"json_format": _ACCESS_LOG}
    )
    return {"name": "envoy.access_loggers.stdout", "typed_config": log}


def _virtual_host(policy: Policy) -> _Object:
    """Any host: which of them are the policy's, the gateway says."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": _BACKEND, "timeout": "0s"}}
    return {"name": policy.id, "domains": ["*"], **_one_voice_on_cors(policy), "routes": [route]}


def _one_voice_on_cors(policy: Policy) -> _Object:
    if policy.cors is None:
        return {}
    return {
        "response_headers_to_remove": list(_CORS),
        "typed_per_filter_config": {"envoy.filters.http.cors": _cors(policy, policy.cors)},
    }


def _cors(policy: Policy, cors: Cors) -> _Object:
    methods = sorted({method for route in policy.routes.routes for method in route.methods})
    return _typed(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in sorted(cors.origins)],
        allow_methods=",".join(methods),
        allow_headers=",".join(cors.headers),
        expose_headers=",".join(cors.expose),
        allow_credentials=cors.credentials,
        max_age=str(cors.max_age_s),
    )


def _filters(policy: Policy, settings: Settings) -> list[_Object]:
    cors = _typed("extensions.filters.http.cors.v3.Cors")
    router = _typed("extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return [
        _mutation("token-gateway-carriers", _carriers(policy), _vary(policy)),
        *([{"name": "envoy.filters.http.cors", "typed_config": cors}] if policy.cors else []),
        *_cookie_filter(policy),
        {"name": "envoy.filters.http.ext_authz", "typed_config": _ask(policy, settings)},
        _mutation("token-gateway-clean", _cleaning(policy)),
        *_query_filter(policy),
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]


def _mutation(name: str, request: list[_Object], response: list[_Object] | None = None) -> _Object:
    mutations = {"request_mutations": request, **({"response_mutations": response} if response else {})}
    kind = "extensions.filters.http.header_mutation.v3.HeaderMutation"
    return {"name": name, "typed_config": _typed(kind, mutations=mutations)}


def _remove(name: str) -> _Object:
    return {"remove": name.lower()}


def _remove_all(**matcher: Any) -> _Object:
    return {"remove_on_match": {"key_matcher": matcher}}


def _set(name: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> _Object:
    return {"append": {"header": {"key": name.lower(), "value": value}, "append_action": action}}


def _carriers(policy: Policy) -> list[_Object]:
    """X-Forwarded-Proto and Host are Envoy's own already; the address of a loopback client is not."""
    return [
        _remove_all(prefix="x-token-gateway-"),
        _remove_all(prefix="x-envoy-"),
        _set("X-Forwarded-For", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        *([_set("X-Token-Gateway-Removes", "query")] if query_names(policy) else []),
        *([_set(CALLER, f"%ENVIRONMENT({CALLER_VARIABLE})%")] if says_secret(policy) else []),
    ]


def _vary(policy: Policy) -> list[_Object]:
    return [_set("Vary", "Origin", "APPEND_IF_EXISTS_OR_ADD")] if policy.cors else []


def _ask(policy: Policy, settings: Settings) -> _Object:
    url = settings.auth_url("envoy", policy)
    answer = {
        "allowed_client_headers": _exactly("www-authenticate", "cache-control", "content-type"),
        # Kept aside, and put into the request by token-gateway-clean: nothing else of the answer is.
        "dynamic_metadata_from_headers": _exactly(*_replaced(policy)),
    }
    return _typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        clear_route_cache=False,
        allowed_headers={"patterns": [{"safe_regex": {"regex": ".*"}}]},
        disallowed_headers=_exactly("transfer-encoding", "expect"),
        http_service={
            "server_uri": {"uri": settings.gateway, "cluster": _GATEWAY, "timeout": "6s"},
            "path_prefix": url.removeprefix(settings.gateway),
            "authorization_response": answer,
        },
    )


def _exactly(*names: str) -> _Object:
    return {"patterns": [{"exact": name.lower()} for name in names]}


def _replaced(policy: Policy) -> tuple[str, ...]:
    """What the backend gets from the gateway's answer, or not at all."""
    return ("Authorization", *IDENTITY, *(("Cookie",) if takes_cookies(policy) else ()))


def _cleaning(policy: Policy) -> list[_Object]:
    replaced = _replaced(policy)
    value = "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:{})%"
    return [
        *(_remove(name) for name in (*replaced, *credential_headers(policy), *UNTRUSTED)),
        _remove_all(prefix="x-token-gateway-"),
        _remove_all(safe_regex={"regex": ".*[^a-zA-Z0-9:-].*"}),
        *(_set(name, value.format(name.lower())) for name in replaced),
        _set("X-Real-IP", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        _set("X-Forwarded-Host", "%REQ(:AUTHORITY)%"),
    ]


def _cookie_filter(policy: Policy) -> list[_Object]:
    return [_lua("token-gateway-cookies", ONE_COOKIE)] if takes_cookies(policy) else []


def _query_filter(policy: Policy) -> list[_Object]:
    names = ", ".join(f'["{name}"] = true' for name in query_names(policy))
    return [_lua("token-gateway-query", CLEAN_QUERY.format(names=names))] if names else []


def _lua(name: str, script: str) -> _Object:
    kind = "extensions.filters.http.lua.v3.Lua"
    return {"name": name, "typed_config": _typed(kind, default_source_code={"inline_string": script})}


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "0.0.0.0"  # noqa: S104 - where the operator names a port alone
    if not (_is_address(host) and port.isdigit()):
        raise SnippetImpossible(
            f"Envoy listens on an IP address and a port, and {text} is none: write IP:PORT."
        )
    return host, int(port)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _socket(host: str, port: int) -> _Object:
    return {"socket_address": {"address": host, "port_value": port}}


_SYSTEM_TRUST: Final[_Object] = {
    "validation_context": {"trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"}}
}


def _gateway_trust(policy: Policy) -> _Object:
    """Who signed the gateway's certificate, and what is shown to it; files beside this one."""
    trust: _Object = {"validation_context": {"trusted_ca": {"filename": CA_FILE}}}
    if not shows_certificate(policy):
        return trust
    pair = {"certificate_chain": {"filename": CLIENT_FILE}, "private_key": {"filename": CLIENT_KEY_FILE}}
    return {**trust, "tls_certificates": [pair]}


def _cluster(name: str, url: str, trust: _Object, *, idle_timeout: str) -> _Object:
    """Connections are kept, and given up before the other side does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _socket(host, parts.port or (443 if parts.scheme == "https" else 80))
    options = _typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        common_http_protocol_options={"idle_timeout": idle_timeout},
        explicit_http_config={"http_protocol_options": {}},
    )
    return {
        "name": name,
        **({"type": "STATIC"} if _is_address(host) else {"type": "STRICT_DNS", "dns_lookup_family": "ALL"}),
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options
        },
        **({"transport_socket": _tls(host, trust)} if parts.scheme == "https" else {}),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


def _tls(host: str, trust: _Object) -> _Object:
    """The other side must prove that it is this host."""
    kind = "IP_ADDRESS" if _is_address(host) else "DNS"
    validation = {
        **trust["validation_context"],
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host}}],
    }
    context = _typed(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        **({} if kind == "IP_ADDRESS" else {"sni": host}),
        max_session_keys=0,  # a session that is resumed shows the gateway no certificate
        common_tls_context={**trust, "validation_context": validation},
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}
