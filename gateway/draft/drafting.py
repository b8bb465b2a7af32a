"""What do these manifests come to?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from gateway.config.problem import Unfit
from gateway.draft.controllers import classes_of
from gateway.draft.fields import shown
from gateway.draft.http_route import read_http_route
from gateway.draft.ingress import read_ingresses
from gateway.draft.ingress_route import read_ingress_route
from gateway.draft.manifests import Manifest
from gateway.draft.rule import Found

KINDS: Final = (
    "Ingress (networking.k8s.io/v1), HTTPRoute (gateway.networking.k8s.io), IngressRoute (traefik.io)"
)


def read_rules(manifests: Iterable[Manifest], controller: str | None, found: Found) -> None:
    """Add the rules of each object that routes, and say of every other that it was passed over.

    `controller` serves them all, where the operator said so.
    """
    manifests = tuple(manifests)
    ingresses: list[Manifest] = []
    for one in manifests:
        match one.kind, one.group, one.version:
            case "Ingress", "networking.k8s.io", "v1":
                ingresses.append(one)
            case "HTTPRoute", "gateway.networking.k8s.io", "v1" | "v1beta1":
                _guarded(one, found)
            case "IngressRoute", "traefik.io" | "traefik.containo.us", _:
                _guarded(one, found)
            case "IngressClass", _, _:
                pass
            case _:
                _pass_over(one, found)
    sound = [one for one in ingresses if _is_sound(one, found)]
    read_ingresses(sound, classes_of(manifests), controller, found)
    if controller is not None:
        found.rules = [replace(rule, target=controller) for rule in found.rules]


# --- private ---

_ROUTES: Final = frozenset(
    {
        *("", "Ingress", "GRPCRoute", "TCPRoute", "TLSRoute", "IngressRouteTCP", "IngressRouteUDP"),
        *("VirtualService", "HTTPProxy", "TransportServer", "VirtualServer"),
    }
)


def _guarded(manifest: Manifest, found: Found) -> None:
    """All of an object's rules or none: one with a field of a wrong type is in no cluster."""
    own = Found()
    read = read_http_route if manifest.kind == "HTTPRoute" else read_ingress_route
    try:
        own.rules += read(manifest, own)
    except Unfit as unfit:
        found.omit(manifest.place(), unfit.what, unfit.fix)
        return
    found.rules += own.rules
    found.left_out += own.left_out
    found.remarks += own.remarks


def _is_sound(manifest: Manifest, found: Found) -> bool:
    try:
        read_ingresses([manifest], {}, None, Found())
    except Unfit as unfit:
        found.omit(manifest.place(), unfit.what, unfit.fix)
        return False
    return True


def _pass_over(manifest: Manifest, found: Found) -> None:
    what = f"{shown(f'{manifest.group}/{manifest.version}')} {shown(manifest.kind)} is not read"
    if manifest.kind in _ROUTES:
        found.omit(manifest.place(), what, f"give one of: {KINDS}")
    else:
        found.remark(manifest.place(), f"{what}: it is passed over", "give it a policy by hand if it routes")
