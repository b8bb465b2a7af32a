"""What does every bootstrap for Envoy have, however it asks?

One listener whose every request goes through the given filters, two clusters, no admin listener. The target
is left as it came (no normalisation, no merged slashes): what is judged is what the backend gets.
"""

from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.core.policy import CertificateFrom, Cors, Policy
from gateway.dialects.snippets.logs import envoy as logs
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    Settings,
    SnippetImpossible,
    shows_certificate,
    takes_websockets,
)
from gateway.dialects.snippets.yaml_text import as_yaml

Object = dict[str, Any]

GATEWAY: Final = "token_gateway"
"""The cluster that is asked."""
BACKEND: Final = "backend"
CLIENT_ADDRESS: Final = "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"


def write(listener: Object, clusters: list[Object]) -> str:
    """Write the bootstrap as YAML."""
    return as_yaml({"static_resources": {"listeners": [listener], "clusters": clusters}})


def typed(kind: str, **fields: Any) -> Object:
    """Give a configuration with its type."""
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def listener(policy: Policy, settings: Settings, filters: list[Object], **more: Object) -> Object:
    """Give the listener; `more` is for this policy, by the name of a filter.

    Raises: SnippetImpossible where --listen is a name: Envoy listens on addresses alone.
    """
    return {
        "name": "token-gateway",
        "address": _socket(*_listen(settings.listen)),
        "filter_chains": [{"filters": [_connections(policy, filters, more)]}],
    }


def cors_filter(policy: Policy) -> list[Object]:
    """Give the filter that answers preflights, where the policy has any."""
    if policy.cors is None:
        return []
    return [{"name": _CORS_FILTER, "typed_config": typed("extensions.filters.http.cors.v3.Cors")}]


def mutation(name: str, request: list[Object], response: list[Object]) -> Object:
    """Give a filter that changes headers."""
    mutations = {"request_mutations": request, **({"response_mutations": response} if response else {})}
    kind = "extensions.filters.http.header_mutation.v3.HeaderMutation"
    return {"name": name, "typed_config": typed(kind, mutations=mutations)}


def remove(name: str) -> Object:
    """Take one header away."""
    return {"remove": name.lower()}


def remove_all(**matcher: Any) -> Object:
    """Take every header away whose name matches."""
    return {"remove_on_match": {"key_matcher": matcher}}


ODD: Final = (remove_all(prefix="x-token-gateway-"), remove_all(safe_regex={"regex": ".*[^a-zA-Z0-9:-].*"}))
"""Ours, and those that a CGI or WSGI reader could take for another."""


def put(name: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> Object:
    """Set one header."""
    return {"append": {"header": {"key": name.lower(), "value": value}, "append_action": action}}


def vary(policy: Policy) -> list[Object]:
    """Tell caches that an answer is one origin's, where origins get different ones."""
    return [put("Vary", "Origin", "APPEND_IF_EXISTS_OR_ADD")] if policy.cors else []


ROUTER: Final[Object] = {
    "name": "envoy.filters.http.router",
    "typed_config": typed("extensions.filters.http.router.v3.Router", suppress_envoy_headers=True),
}


def gateway_cluster(policy: Policy, url: str, *, idle_timeout: str, **protocol: Object) -> Object:
    """Over TLS the gateway proves who it is, and is shown who asks; by files beside this one."""
    trust: Object = {"validation_context": {"trusted_ca": {"filename": CA_FILE}}}
    if shows_certificate(policy):
        pair = {"certificate_chain": {"filename": CLIENT_FILE}, "private_key": {"filename": CLIENT_KEY_FILE}}
        trust["tls_certificates"] = [pair]
    return _cluster(GATEWAY, url, trust, idle_timeout, protocol)


def backend_cluster(url: str) -> Object:
    """Over TLS the backend proves who it is, by an authority that the system trusts."""
    system = {"validation_context": {"trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"}}}
    return _cluster(BACKEND, url, system, "30s", {"http_protocol_options": {}})


# --- private ---

_CORS_FILTER: Final = "envoy.filters.http.cors"
_CORS: Final = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
)


def _connections(policy: Policy, filters: list[Object], more: Object) -> Object:
    upgrades = {"upgrade_configs": [{"upgrade_type": "websocket"}]} if takes_websockets(policy) else {}
    manager = typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=GATEWAY,
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
        **_certificates(policy),
        server_header_transformation="PASS_THROUGH",
        **upgrades,
        access_log=[logs.access_log()],
        route_config={"virtual_hosts": [_virtual_host(policy, more)]},
        http_filters=filters,
    )
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}


def _certificates(policy: Policy) -> Object:
    """Envoy says its digest in a header that is its own; by default it takes away what a client sends.

    Names are read of the whole certificate alone: it puts those between no quotes.
    """
    if policy.certificate_from is not CertificateFrom.ENVOY_XFCC:
        return {}
    whole = {"set_current_client_cert_details": {"cert": True}} if policy.asks_identities else {}
    return {"forward_client_cert_details": "SANITIZE_SET", **whole}


def _virtual_host(policy: Policy, filters: Object) -> Object:
    """Any host: which of them are the policy's, the gateway says. There is one voice on CORS."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": BACKEND, "timeout": "0s"}}
    host: Object = {"name": policy.id, "domains": ["*"], "routes": [route]}
    if policy.cors is not None:
        filters = {**filters, _CORS_FILTER: _cors(policy, policy.cors)}
        host["response_headers_to_remove"] = list(_CORS)
    return {**host, **({"typed_per_filter_config": filters} if filters else {})}


def _cors(policy: Policy, cors: Cors) -> Object:
    methods = sorted({method for route in policy.routes.routes for method in route.methods})
    return typed(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in sorted(cors.origins)],
        allow_methods=",".join(methods),
        allow_headers=",".join(cors.headers),
        expose_headers=",".join(cors.expose),
        allow_credentials=cors.credentials,
        max_age=str(cors.max_age_s),
    )


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


def _socket(host: str, port: int) -> Object:
    return {"socket_address": {"address": host, "port_value": port}}


def _cluster(name: str, url: str, trust: Object, idle_timeout: str, protocol: Object) -> Object:
    """Connections are kept, and given up before the other side does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _socket(host, parts.port or (443 if parts.scheme == "https" else 80))
    options = typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        common_http_protocol_options={"idle_timeout": idle_timeout},
        explicit_http_config=protocol,
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


def _tls(host: str, trust: Object) -> Object:
    """The other side must prove that it is this host."""
    kind = "IP_ADDRESS" if _is_address(host) else "DNS"
    validation = {
        **trust["validation_context"],
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host}}],
    }
    context = typed(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        **({} if kind == "IP_ADDRESS" else {"sni": host}),
        max_session_keys=0,  # a session that is resumed shows the gateway no certificate
        common_tls_context={**trust, "validation_context": validation},
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}
