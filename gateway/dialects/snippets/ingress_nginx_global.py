"""What asks the gateway about every Ingress of one ingress-nginx? The ConfigMap of the controller."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.ingress_nginx import (
    LIMITS,
    LOGS,
    check_possible,
    cors_annotations,
    replaced_headers,
)
from gateway.dialects.snippets.settings import CALLER, Settings, check_certificates, says_secret


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the ConfigMap. Raises: SnippetImpossible, as for the annotations of one Ingress."""
    check_certificates(policy, "every Ingress of a controller")
    check_possible(policy)
    caller = (
        f'\n    proxy_set_header {CALLER} "REPLACE-WITH-THE-CALLER-SECRET";' if says_secret(policy) else ""
    )
    return f"""\
{_HEAD}
{_cors(policy)}\
apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller  # the one that the controller is started with
data:
  global-auth-url: "{manifests.in_cluster(settings).auth_url("nginx", policy)}"
  # Each is replaced by the gateway's, or removed where the gateway gives none.
  global-auth-response-headers: "{replaced_headers(policy)}"
  # The controller passes Upgrade to the backend on every route; this tells the gateway of it.
  global-auth-snippet: |
    proxy_set_header Upgrade $http_upgrade;{caller}
{LOGS}"""


# --- private ---

_HEAD: Final = f"""\
# Token Gateway behind ingress-nginx, asked about every Ingress of the controller. Merge the keys below into
# the controller's ConfigMap. One policy speaks for all of them: it lists each host, and denies the rest.
#
# What leaves this door, and what follows:
# * An Ingress with the annotation enable-global-auth: "false" is not asked about, and one with an auth-url
#   of its own asks there. Forbid both to those who may write an Ingress (an admission policy).
# * Locations below a path of no-auth-locations are not asked about: by default
#   /.well-known/acme-challenge, which cert-manager needs. Keep the list that short.
#
{LIMITS}"""


def _cors(policy: Policy) -> str:
    """These are annotations alone: the ConfigMap has no such keys."""
    lines = cors_annotations(policy)
    if not lines:
        return ""
    said = "".join(f"#{line}\n" for line in lines)
    return f"#\n# On each Ingress that a browser application calls, these annotations:\n{said}"
