"""What goes onto an Ingress of ingress-nginx? Annotations, and the lines of its ConfigMap."""

from typing import Final

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.logs import ingress_nginx as logs
from gateway.dialects.snippets.settings import (
    CALLER,
    IDENTITY,
    Settings,
    SnippetImpossible,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    tells_certificates,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the annotations.

    Raises: SnippetImpossible for a policy with query credentials, which nothing removes here, and for one
    that knows its callers by nothing but a certificate.
    """
    check_certificates(policy, "ingress-nginx", CertificateFrom.NGINX)
    check_possible(policy)
    return "\n".join(
        (
            _HEAD,
            _annotations(policy, manifests.in_cluster(settings)),
            *_certificates(policy, settings),
            *cors_annotations(policy),
            _rules(policy),
            _auth_headers(policy),
            _CONFIG_MAP,
        )
    )


def check_possible(policy: Policy) -> None:
    """Raises: SnippetImpossible for what no auth-url can do."""
    if query_names(policy):
        raise SnippetImpossible(
            f"policy {policy.id} accepts a token in the query, and ingress-nginx cannot take it out of the "
            "target: it would reach the backend. Remove the query credential, or use `gateway snippet nginx`."
        )
    if shows_certificate(policy) and not says_secret(policy):
        raise SnippetImpossible(
            f"policy {policy.id} knows its callers by their certificates, and ingress-nginx shows none to an "
            "auth-url. Name a secret in its callers as well, or use `gateway snippet nginx`."
        )


def replaced_headers(policy: Policy) -> str:
    """Name the headers of which the backend gets the gateway's, or none: it says none of the untrusted."""
    cookie = ("Cookie",) if takes_cookies(policy) else ()
    untrusted = (name for name in UNTRUSTED if name != "X-Forwarded-Port")  # the controller's own
    return ",".join(("Authorization", *IDENTITY, *credential_headers(policy), *cookie, *untrusted))


def cors_annotations(policy: Policy) -> list[str]:
    """Its own CORS annotations answer the preflight: auth_request has no way to."""
    if policy.cors is None:
        return []
    cors = policy.cors
    return [
        "    # A preflight is answered by the controller before the gateway is asked.",
        '    nginx.ingress.kubernetes.io/enable-cors: "true"',
        f'    nginx.ingress.kubernetes.io/cors-allow-origin: "{",".join(sorted(cors.origins))}"',
        f'    nginx.ingress.kubernetes.io/cors-allow-headers: "{",".join(cors.headers)}"',
        f'    nginx.ingress.kubernetes.io/cors-allow-credentials: "{str(cors.credentials).lower()}"',
        f'    nginx.ingress.kubernetes.io/cors-max-age: "{cors.max_age_s}"',
    ]


LIMITS: Final = """\
# What ingress-nginx cannot do, and what follows:
# * It cannot take a token out of the query: the gateway refuses such requests (403 credential_misplaced).
# * It relays only 401 and 403: an outage of the gateway is a 500 to the client.
# * It does not verify the gateway's certificate, and no annotation has it: over https whoever only listens on
#   the way reads no token, but who can answer in the gateway's place can decide. It needs no ca.crt. Restrict
#   who may reach the gateway with `peers` and a NetworkPolicy.
# * Do not set auth-cache-key: one client's decision must not answer for another's request.
# * Do not set custom-http-errors: the controller hands the error backend the client's credentials, and lets
#   it answer in place of a refusal.
# * It opens a connection to the gateway for each decision: over TLS with a handshake, a third of a
#   millisecond of the gateway's processor. Do not set auth-keepalive against it: that way drops the challenge
#   of a 401.
# * auth-signin sends browsers that lack a token to a page of yours: a 401 becomes a 302, a 403 stays.
# * auth-method changes nothing: the gateway reads X-Original-URL and X-Original-Method only."""

LOGS: Final = f"""\
{logs.SETTINGS}\
  use-forwarded-headers: "false"
  enable-underscores-in-headers: "false"
  ignore-invalid-headers: "true"
"""
"""Below crit the error log holds whole request lines whenever the gateway or the backend does not answer."""


# --- private ---

_HEAD = f"""\
# Token Gateway behind ingress-nginx. Add the annotations to your Ingress; the rules below are an example.
#
{LIMITS}"""

_CONFIG_MAP = f"""\
---
# ConfigMap of the controller: logs without query strings (below crit the error log holds whole request
# lines whenever the gateway or the backend does not answer), and no client-made X-Forwarded-*.
data:
{LOGS}"""


def _annotations(policy: Policy, settings: Settings) -> str:
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {policy.id}
  annotations:
    nginx.ingress.kubernetes.io/auth-url: "{settings.auth_url("nginx", policy)}"
    # Each is replaced by the gateway's, or removed where the gateway gives none.
    nginx.ingress.kubernetes.io/auth-response-headers: "{replaced_headers(policy)}"
    # The controller passes Upgrade to the backend on every route; this tells the gateway of it. It finds the
    # ConfigMap below by its namespace, which is that of this Ingress, and answers 503 where it finds none.
    nginx.ingress.kubernetes.io/auth-proxy-set-headers: "{settings.namespace}/{policy.id}-auth-headers\""""


def _certificates(policy: Policy, settings: Settings) -> list[str]:
    """With these, and only with these, the controller sets what it tells an auth-url of certificates."""
    if not tells_certificates(policy):
        return []
    return [
        "    # With all three the controller tells the gateway of a client's certificate. Without them",
        "    # what a client says of one arrives: each Ingress of these hosts needs them, and that Secret.",
        "    # It holds ca.crt: who vouches for the clients.",
        f'    nginx.ingress.kubernetes.io/auth-tls-secret: "{settings.namespace}/SECRET"',
        '    nginx.ingress.kubernetes.io/auth-tls-verify-client: "optional"',
        '    nginx.ingress.kubernetes.io/auth-tls-pass-certificate-to-upstream: "true"',
    ]


def _rules(policy: Policy) -> str:
    rules = [
        f'    - host: "{pattern.name}"\n'
        "      http:\n"
        "        paths:\n"
        "          - {path: /, pathType: Prefix, backend: {service: {name: BACKEND, port: {number: 80}}}}"
        for pattern in policy.hosts
    ]
    hosts = ", ".join(f'"{pattern.name}"' for pattern in policy.hosts)
    tls = (
        "  tls:",
        f"    - hosts: [{hosts}]  # or tokens come in clear; with it clear requests are redirected",
        f"      secretName: {policy.id}-tls",
    )
    return "\n".join(("spec:", "  ingressClassName: nginx", *tls, "  rules:", *rules))


def _auth_headers(policy: Policy) -> str:
    """The controller renders each as a quoted `proxy_set_header`, in which nginx expands variables."""
    caller = f'\n  {CALLER}: "REPLACE-WITH-THE-CALLER-SECRET"  # a ConfigMap can refer to no Secret'
    caller = caller if says_secret(policy) else ""
    return f"""\
---
# In the namespace of the Ingress: what the gateway is told beside the usual.
apiVersion: v1
kind: ConfigMap
metadata:
  name: {policy.id}-auth-headers
data:
  Upgrade: $http_upgrade{caller}"""
