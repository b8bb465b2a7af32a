"""What goes into Envoy's configuration where it asks over gRPC? A whole bootstrap for one policy, as YAML."""

from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from gateway.core.policy import Cors, Policy
from gateway.dialects.snippets.settings import (
    CALLER,
    CALLER_VARIABLE,
    Settings,
    SnippetImpossible,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_websockets,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the bootstrap: one listener, two clusters, no admin listener.

    Raises: SnippetImpossible where --listen is a name (Envoy listens on addresses alone), and where the
    gateway would have to speak TLS, which its gRPC listener does not.
    """
    if settings.gateway_speaks_tls:
        raise SnippetImpossible(
            "the gateway's gRPC listener speaks no TLS. Write --gateway http://HOST:PORT, or use "
            "`gateway snippet envoy`."
        )
    if shows_certificate(policy) and not says_secret(policy):
        raise SnippetImpossible(
            f"policy {policy.id} knows its callers by their certificates, and the gateway's gRPC listener "
            "speaks no TLS. Name a secret in its callers as well, or use `gateway snippet envoy`."
        )
    asked = _DEFAULT if settings.gateway == Settings().gateway else settings.gateway
    listener = {
        "name": "token-gateway",
        "address": _socket(*_listen(settings.listen)),
        "filter_chains": [{"filters": [_connections(policy)]}],
    }
    clusters = [
        _cluster(_GATEWAY, asked, http2_protocol_options={}),
        _cluster(_BACKEND, settings.backend, http_protocol_options={}),
    ]
    bootstrap = {"static_resources": {"listeners": [listener], "clusters": clusters}}
    head = _HEAD.format(
        policy=policy.id,
        secret=_HEAD_SECRET if says_secret(policy) else "",
        query=_HEAD_QUERY if query_names(policy) else "",
        cors=_HEAD_CORS if policy.cors else "",
    )
    return head + yaml.dump(bootstrap, Dumper=_Dumper, sort_keys=False, width=110)


# --- private ---

_Object = dict[str, Any]
_GATEWAY: Final = "token_gateway"
_BACKEND: Final = "backend"
_DEFAULT: Final = "http://127.0.0.1:4181"
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
_HEAD: Final = """\
# Token Gateway in front of policy "{policy}": a bootstrap for Envoy 1.40 or later, which asks over gRPC
# (the gateway needs `listeners: {{grpc: {{port: 4181}}}}` and its extra `grpc`). Whatever the gateway does
# not allow, and every failure to ask, is refused.
#
# * context_extensions name the policy: nothing that a client sends can.
# * ext_authz sends every header, repeated ones as they came, so that the gateway refuses what two readers
#   would read differently. Its answer overwrites or removes every credential and identity header.
{secret}\
{query}\
{cors}\
# * token-gateway-clean drops what a backend could believe in place of what was judged.
#
# The target goes through untouched (no normalisation, no merged slashes): what was judged is what the
# backend gets.
#
# What Envoy cannot do, and what follows:
# * An answer without a status would be a permit to it: the gateway looks at each before it goes.
# * A gateway that cannot be reached is an empty 503, without Retry-After.
# * At log level debug and below it writes whole requests, tokens and all: leave it at info. The access
#   log below has no query and no header.
# * Behind another proxy of yours, set xff_num_trusted_hops, or that proxy passes for every client.

# For TLS add a transport_socket to the filter chain: tokens belong on TLS (RFC 6750 section 5.3).
"""
_HEAD_SECRET: Final = f"""\
# * initial_metadata says the caller's secret, from Envoy's own environment: {CALLER_VARIABLE}.
"""
_HEAD_QUERY: Final = """\
# * The gateway's answer also sets the target without the token; the rest of the query stays byte for byte.
"""
_HEAD_CORS: Final = """\
# * cors answers the preflights of the policy's origins, and is the one voice on CORS: what the backend
#   says of it is dropped. It answers before the gateway is asked.
"""


class _Dumper(yaml.SafeDumper):
    """Writes each value where it stands."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _typed(kind: str, **fields: Any) -> _Object:
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def _connections(policy: Policy) -> _Object:
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
        request_headers_timeout="10s",
        generate_request_id=False,
        server_header_transformation="PASS_THROUGH",
        **upgrades,
        access_log=[_access_log()],
        route_config={"virtual_hosts": [_virtual_host(policy)]},
        http_filters=_filters(policy),
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
    named = _typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute",
        check_settings={"context_extensions": {"policy": policy.id}},
    )
    filters = {"envoy.filters.http.ext_authz": named}
    host: _Object = {"name": policy.id, "domains": ["*"], "routes": [route]}
    if policy.cors is not None:
        filters["envoy.filters.http.cors"] = _cors(policy, policy.cors)
        host["response_headers_to_remove"] = list(_CORS)
    return {**host, "typed_per_filter_config": filters}


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


def _filters(policy: Policy) -> list[_Object]:
    cors = _typed("extensions.filters.http.cors.v3.Cors")
    router = _typed("extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    clean = _typed(
        "extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={"request_mutations": _cleaning(policy), **_vary(policy)},
    )
    return [
        *([{"name": "envoy.filters.http.cors", "typed_config": cors}] if policy.cors else []),
        {"name": "envoy.filters.http.ext_authz", "typed_config": _ask(policy)},
        {"name": "token-gateway-clean", "typed_config": clean},
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]


def _ask(policy: Policy) -> _Object:
    secret = {"key": CALLER.lower(), "value": f"%ENVIRONMENT({CALLER_VARIABLE})%"}
    return _typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        clear_route_cache=False,
        encode_raw_headers=True,
        grpc_service={
            "envoy_grpc": {"cluster_name": _GATEWAY},
            "timeout": "6s",
            **({"initial_metadata": [secret]} if says_secret(policy) else {}),
        },
    )


def _cleaning(policy: Policy) -> list[_Object]:
    """Beside what the gateway's answer has overwritten or removed."""
    gone = [{"remove": name.lower()} for name in (*credential_headers(policy), *UNTRUSTED)]
    odd = ({"prefix": "x-token-gateway-"}, {"safe_regex": {"regex": ".*[^a-zA-Z0-9:-].*"}})
    return [
        *gone,
        *({"remove_on_match": {"key_matcher": matcher}} for matcher in odd),
        _set("x-real-ip", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        _set("x-forwarded-for", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        _set("x-forwarded-host", "%REQ(:AUTHORITY)%"),
    ]


def _vary(policy: Policy) -> _Object:
    vary = _set("vary", "Origin", "APPEND_IF_EXISTS_OR_ADD")
    return {"response_mutations": [vary]} if policy.cors else {}


def _set(name: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> _Object:
    return {"append": {"header": {"key": name, "value": value}, "append_action": action}}


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "0.0.0.0"  # noqa: S104 - where the operator names a port alone
    if not _is_address(host):
        raise SnippetImpossible(f"Envoy listens on an address, and {host} is a name: write --listen IP:PORT.")
    return host, int(port)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _socket(host: str, port: int) -> _Object:
    return {"socket_address": {"address": host, "port_value": port}}


def _cluster(name: str, url: str, **protocol: _Object) -> _Object:
    """Connections are kept, and given up before the other side does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _socket(host, parts.port or (443 if parts.scheme == "https" else 80))
    options = _typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        common_http_protocol_options={"idle_timeout": "30s"},
        explicit_http_config=protocol,
    )
    return {
        "name": name,
        **({"type": "STATIC"} if _is_address(host) else {"type": "STRICT_DNS", "dns_lookup_family": "ALL"}),
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options
        },
        **({"transport_socket": _tls(host)} if parts.scheme == "https" else {}),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


def _tls(host: str) -> _Object:
    """The other side must prove that it is this host, by an authority that the system trusts."""
    kind = "IP_ADDRESS" if _is_address(host) else "DNS"
    validation = {
        "trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"},
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host}}],
    }
    context = _typed(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        **({} if kind == "IP_ADDRESS" else {"sni": host}),
        common_tls_context={"validation_context": validation},
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}
