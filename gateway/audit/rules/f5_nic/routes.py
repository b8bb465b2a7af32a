"""Is every route of F5's controller asked about, and what goes on behind it?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Exposure, Fails, Mechanism, Reaches
from gateway.audit.normal.f5_nic import locations_of
from gateway.audit.normal.f5_nic_door import reads_snippets
from gateway.audit.normal.f5_nic_policies import GROUP, is_broken
from gateway.audit.normal.haproxy_logs import CREDENTIAL_HEADERS
from gateway.audit.rule import Hit, Severity, View
from gateway.audit.rules.f5_nic.policies import all_references
from gateway.config.problem import show
from gateway.config.tree import Node


def survives(view: View) -> Iterator[Hit]:
    """NIC-003."""
    for one in _of_f5(view):
        asked = one.auth is not None and one.auth.mechanism in _WITH_TOKEN
        if asked and one.backends and one.token.reaches is Reaches.YES:
            yield Hit(one.source, "no snippet of this location writes another Authorization")


def uncovered(view: View) -> Iterator[Hit]:
    """NIC-004."""
    asking = [one for one in _of_f5(view) if one.is_protected and _is_known(one)]
    protected = {one.host for one in asking}
    services = {
        one.auth.service.name for one in asking if one.auth is not None and one.auth.service is not None
    }
    for one in _of_f5(view):
        to_itself = all(backend.name in services for backend in one.backends)  # where it signs people in
        is_open = not one.is_protected and one.public is None and not to_itself
        if is_open and one.host in protected:
            yield Hit(one.source, f"nobody is asked about this route of {show(one.host or '*')}")
    for reference in all_references(view):
        if is_broken(reference, view.estate):
            state = "not there" if reference.policy is None else "not valid"
            what = f"the policy {show(reference.name)} is {state}: every answer is 500"
            yield Hit(reference.place, what, Severity.MEDIUM, about=reference.name)


def satisfied_by_less(view: View) -> Iterator[Hit]:
    """NIC-012."""
    for one in _of_f5(view):
        if one.auth is not None and one.auth.fails is Fails.OPEN:
            yield Hit(one.source, "satisfy any lets in whoever comes from an address that is allowed")


def logs(view: View) -> Iterator[Hit]:
    """NIC-006."""
    for one in _of_f5(view):
        for logged in one.logs:
            if logged.name in CREDENTIAL_HEADERS:
                yield Hit(logged.place, f"{logged.name} is written to the log", about=logged.name)
            elif logged.name == "query":
                what = "the query is written to the log, with any token in it"
                yield Hit(logged.place, what, Severity.MEDIUM, about=logged.name)


def left_out(view: View) -> Iterator[Hit]:
    """NIC-007: only where the controller's program was given."""
    if view.estate.once(reads_snippets):
        return
    for owner, node, name in _snippets(view):
        yield Hit(
            owner.place(node), f"{name} are left out: the controller has no -enable-snippets", about=name
        )


# --- private ---

_WITH_TOKEN: Final = frozenset({Mechanism.EXTERNAL, Mechanism.JWT})
_ANNOTATIONS: Final = ("nginx.org/location-snippets", "nginx.org/server-snippets")


def _of_f5(view: View) -> Iterator[Exposure]:
    return (one for one in view.exposures if one.controller is Controller.F5_NIC)


def _is_known(one: Exposure) -> bool:
    return one.auth is not None and one.auth.mechanism is not Mechanism.UNKNOWN and bool(one.backends)


def _snippets(view: View) -> Iterator[tuple[Object, Node, str]]:
    for owner, parent, names in _places(view):
        for name in names:
            found = at(parent, name)
            if found is not None and text(found):
                yield owner, found, name.rpartition("/")[2]


def _places(view: View) -> Iterator[tuple[Object, Node | None, tuple[str, ...]]]:
    for server in view.estate.of("VirtualServer", GROUP):
        yield server, at(server.node, "spec"), ("server-snippets", "http-snippets")
        for one in locations_of(view.estate, server):
            yield one.owner, one.node, ("location-snippets",)
    for policy in view.estate.of("Policy", GROUP):
        yield policy, at(policy.node, "spec", "externalAuth"), ("authSnippets",)
    for ingress in view.estate.of("Ingress"):
        yield ingress, at(ingress.node, "metadata", "annotations"), _ANNOTATIONS
