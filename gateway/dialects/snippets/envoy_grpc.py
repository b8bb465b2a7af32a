"""What goes into Envoy's configuration where it asks over gRPC? A whole bootstrap for one policy, as YAML."""

from typing import Final

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
    typed,
    vary,
    write,
)
from gateway.dialects.snippets.settings import (
    CALLER,
    CALLER_VARIABLE,
    Settings,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the bootstrap: one listener, two clusters, no admin listener.

    Raises: SnippetImpossible where --listen is a name, for Envoy listens on addresses alone, and for another
    form of client certificates than Envoy's own.
    """
    check_certificates(policy, "Envoy", CertificateFrom.ENVOY_XFCC, CertificateFrom.ENVOY_GRPC)
    url = _DEFAULT if settings.gateway == Settings().gateway else settings.gateway
    asked = gateway_cluster(policy, url, idle_timeout="60s", http2_protocol_options={})
    named = typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute",
        check_settings={"context_extensions": {"policy": policy.id}},
    )
    listens = listener(policy, settings, _filters(policy), **{_ASKING: named})
    head = _HEAD.format(
        policy=policy.id,
        secret=_HEAD_SECRET if says_secret(policy) else "",
        query=_HEAD_QUERY if query_names(policy) else "",
        cors=_HEAD_CORS if policy.cors else "",
    )
    return head + write(listens, [asked, backend_cluster(settings.backend)])


# --- private ---

_ASKING: Final = "envoy.filters.http.ext_authz"
_DEFAULT: Final = "http://127.0.0.1:4181"
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
# * Another authorizer in the gateway's place has its say: a permit of its lets the client's own token
#   through. Ask over TLS (--gateway https://NAME:PORT), and Envoy asks nobody else.
# * A gateway that cannot be reached is an empty 503, without Retry-After.
# * At log level debug and below it writes whole requests, tokens and all: leave it at info. The access
#   log below has no query and no header.
# * Behind another proxy of yours, set xff_num_trusted_hops, or to the backend that proxy passes for every
#   client. The gateway is told of the connection alone: for its records let the other speak PROXY.

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


def _filters(policy: Policy) -> list[Object]:
    return [
        *cors_filter(policy),
        {"name": _ASKING, "typed_config": _ask(policy)},
        mutation("token-gateway-clean", _cleaning(policy), vary(policy)),
        ROUTER,
    ]


def _ask(policy: Policy) -> Object:
    secret = {"key": CALLER.lower(), "value": f"%ENVIRONMENT({CALLER_VARIABLE})%"}
    return typed(
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        clear_route_cache=False,
        encode_raw_headers=True,
        **_certificates(policy),
        grpc_service={
            "envoy_grpc": {"cluster_name": GATEWAY},
            "timeout": "6s",
            **({"initial_metadata": [secret]} if says_secret(policy) else {}),
        },
    )


def _certificates(policy: Policy) -> Object:
    told = policy.certificate_from is CertificateFrom.ENVOY_GRPC
    return {"include_peer_certificate": True} if told else {}


def _cleaning(policy: Policy) -> list[Object]:
    """Beside what the gateway's answer has overwritten or removed."""
    return [
        *(remove(name) for name in (*credential_headers(policy), *UNTRUSTED)),
        *ODD,
        put("X-Real-IP", CLIENT_ADDRESS),
        put("X-Forwarded-For", CLIENT_ADDRESS),
        put("X-Forwarded-Host", "%REQ(:AUTHORITY)%"),
    ]
