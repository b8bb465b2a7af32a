"""What becomes of a request at Envoy Gateway besides: a certificate, an answer of its own, a credential?

https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicyspec and #httproutefilterspec ;
compared with what Envoy Gateway 1.9 makes of them.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Mechanism
from gateway.audit.normal.attached import Attached, Target
from gateway.audit.normal.gateway_rules import takes_authorization
from gateway.config.tree import Node

GROUP: Final = "gateway.envoyproxy.io"


class ClientPolicies:
    """The ClientTrafficPolicies of an estate, by what they are attached to."""

    def __init__(self, estate: Estate) -> None:
        self._attached = Attached(estate, "ClientTrafficPolicy", GROUP)

    def certificate(self, targets: tuple[Target, ...]) -> Auth | None:
        """Give the certificate without which nobody comes in, if one is verified."""
        policy = self._nearest(targets)
        asked = None if policy is None else at(policy.node, "spec", "tls", "clientValidation")
        if policy is None or asked is None or not _is_needed(asked):
            return None
        return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=policy.place(asked))

    def takes(self, targets: tuple[Target, ...]) -> Place | None:
        """Give what removes or replaces Authorization before anybody is asked."""
        policy = self._nearest(targets)
        early = None if policy is None else at(policy.node, "spec", "headers", "earlyRequestHeaders")
        if policy is None or early is None:
            return None
        taken = takes_authorization((early,), within=())
        return None if taken is None else policy.place(taken)

    def _nearest(self, targets: tuple[Target, ...]) -> Object | None:
        return next((found[0] for target in targets if (found := self._attached.of(target))), None)


def answers(estate: Estate, route: Object, filters: tuple[Node, ...]) -> bool:
    """Whether a filter of a rule answers, and no backend is reached."""
    return any(at(one.node, "spec", "directResponse") is not None for one in _named(estate, route, filters))


def injects(estate: Estate, route: Object, filters: tuple[Node, ...]) -> Place | None:
    """Give what puts a credential in the place of the client's, which stays without `overwrite`."""
    for one in _named(estate, route, filters):
        put = at(one.node, "spec", "credentialInjection")
        if flag(put, "overwrite") and (text(put, "header") or "Authorization").lower() == "authorization":
            return one.place(put)
    return None


# --- private ---


def _is_needed(asked: Node) -> bool:
    mode = text(asked, "mode") or ("VerifyIfGiven" if flag(asked, "optional") else "RequireAndVerify")
    by_what = ("caCertificateRefs", "spkiHashes", "certificateHashes")
    return mode == "RequireAndVerify" and any(items(asked, one) for one in by_what)


def _named(estate: Estate, route: Object, filters: tuple[Node, ...]) -> Iterator[Object]:
    for one in filters:
        reference = at(one, "extensionRef")
        if text(reference, "kind") == "HTTPRouteFilter" and text(reference, "group") == GROUP:
            found = estate.get("HTTPRouteFilter", route.namespace, text(reference, "name") or "")
            if found is not None:
                yield found
