"""Do Istio's policies ask, and demand what they verify?"""

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Mechanism
from gateway.audit.normal.envoy_file import files_of
from gateway.audit.normal.envoy_gateway import auth_of
from gateway.audit.normal.envoy_jwt import is_optional
from gateway.audit.normal.gateway_listeners import GROUP
from gateway.audit.normal.istio_policies import (
    ByNamespace,
    Pods,
    Policies,
    Workload,
    is_tried,
    needs_token,
    workload_of_gateway,
    workload_of_selector,
)
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.envoy.settings import http_filters
from gateway.config.problem import show

_ACTIONS: Final = frozenset({"ALLOW", "DENY", "CUSTOM", "AUDIT"})


def _not_demanded(view: View) -> Iterator[Hit]:
    policies, doors = Policies(view.estate), _doors(view)
    demanded = {one.auth.place.owner for one in view.exposures if one.auth and one.auth.mechanism in _CHECKED}
    for one in view.estate.of("RequestAuthentication"):
        theirs = policies.chosen(one, doors)
        asking = (policy for door in theirs for policy in policies.selecting("AuthorizationPolicy", door))
        asked = any(policy.owner in demanded for policy in asking)
        if theirs and not asked and one.public is None:
            what = "a wrong token is refused, and a request without one passes: no policy demands a principal"
            yield Hit(one.place(at(one.node, "spec")), what)
    for policy in view.estate.of("SecurityPolicy"):
        for name in ("optional", "failOpen"):
            passes = at(policy.node, "spec", "jwt", name)
            if flag(passes) and auth_of(policy) is None:
                yield Hit(policy.place(passes), "a request without a token passes")
    for file in files_of(view.estate):
        for node in http_filters(file):
            for rule in items(node, "typed_config", "rules"):
                requires = at(rule, "requires")
                if requires is not None and is_optional(requires):
                    yield Hit(file.place(requires), "a request without a token passes")


_CHECKED: Final = frozenset({Mechanism.JWT, Mechanism.EXTERNAL})


def _doors(view: View, more: Iterable[Workload] = ()) -> ByNamespace:
    estate, pods = view.estate, Pods(view.estate)
    found = [workload_of_selector(pods, one) for one in estate.of("Gateway", "networking.istio.io")]
    found += [workload_of_gateway(one, one) for one in estate.of("Gateway", GROUP)]
    return ByNamespace((*found, *more) if found else ())


def _asks_nobody(view: View) -> Iterator[Hit]:
    policies, doors = Policies(view.estate), _doors(view)
    known = _doors(view, policies.backends())
    for policy in view.estate.of("AuthorizationPolicy"):
        action = at(policy.node, "spec", "action")
        provider = at(policy.node, "spec", "provider")
        if is_tried(policy):
            what = "it is only tried: istio.io/dry-run is true"
            yield Hit(policy.place(policy.annotations["istio.io/dry-run"]), what)
        elif (text(action) or "ALLOW") not in _ACTIONS:
            yield Hit(policy.place(action), "this action is not known: nothing is in force")
        elif provider is not None and text(action) != "CUSTOM":
            yield Hit(policy.place(provider), "the provider is only asked where the action is CUSTOM")
        elif text(action) == "CUSTOM":
            yield from _custom(policy, policies, known)
    if view.estate.shows("RequestAuthentication"):
        yield from _verified_by_nobody(view, policies, doors)


def _verified_by_nobody(view: View, policies: Policies, doors: ByNamespace) -> Iterator[Hit]:
    for policy in view.estate.of("AuthorizationPolicy"):
        for rule in items(policy.node, "spec", "rules"):
            theirs = policies.chosen(policy, doors) if needs_token(rule) else []
            verifying = (one for door in theirs for one in policies.selecting("RequestAuthentication", door))
            if theirs and not any(items(one.node, "spec", "jwtRules") for one in verifying):
                what = "it demands a principal, and no RequestAuthentication verifies one there"
                yield Hit(policy.place(rule), what, Severity.MEDIUM)


def _custom(policy: Object, policies: Policies, known: ByNamespace) -> Iterator[Hit]:
    if not text(policy.node, "spec", "provider", "name"):
        yield Hit(policy.place(at(policy.node, "spec")), "it names no provider")
    if not items(policy.node, "spec", "rules"):
        yield Hit(
            policy.place(at(policy.node, "spec")), "it has no rules: CUSTOM without one asks about nothing"
        )
    if known.everywhere and not policies.chosen(policy, known):
        what = "it selects no gateway and no workload that was given"
        yield Hit(policy.place(at(policy.node, "spec", "selector")), what)


def _plain_mesh(view: View) -> Iterator[Hit]:
    used = {backend.namespace for one in view.exposures if one.auth for backend in one.backends}
    used |= Policies(view.estate).roots
    for one in view.estate.of("PeerAuthentication"):
        mode = at(one.node, "spec", "mtls", "mode")
        if text(mode) == "DISABLE" and one.namespace in used:
            yield Hit(
                one.place(mode), f"pods of {show(one.namespace)} take requests in the clear from anybody"
            )


NOT_DEMANDED: Final = Rule(
    id="ENV-009",
    title="A token is verified where there is one, and not demanded",
    severity=Severity.HIGH,
    why="Whoever sends no token at all is let in.",
    fix="add an AuthorizationPolicy with requestPrincipals, or one that asks; in Envoy Gateway remove "
    "optional, in a file allow_missing",
    check=_not_demanded,
    references=("https://istio.io/latest/docs/reference/config/security/request_authentication/",),
)
PLAIN_MESH: Final = Rule(
    id="ENV-015",
    title="The mesh is switched off where protected requests arrive",
    severity=Severity.MEDIUM,
    why="Any pod can then send requests past the gateway, and tokens are read on the way.",
    fix="mode: STRICT",
    check=_plain_mesh,
    references=("https://istio.io/latest/docs/reference/config/security/peer_authentication/",),
)
ASKS_NOBODY: Final = Rule(
    id="ENV-016",
    title="An AuthorizationPolicy that asks nobody",
    severity=Severity.HIGH,
    why="It is accepted and is in force for no request: what it was meant for is open.",
    fix="action: CUSTOM, a provider, rules with at least `{}`, and the labels of the gateway's pods",
    check=_asks_nobody,
    references=("https://istio.io/latest/docs/reference/config/security/authorization-policy/",),
)
