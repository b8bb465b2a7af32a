"""Which policies are attached to this route, this Gateway or this part of one?

https://gateway-api.sigs.k8s.io/geps/gep-713/ : a policy names its targets, or selects them by labels.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import label_selector
from gateway.config.tree import Node


class Target(NamedTuple):
    """What a policy is attached to."""

    kind: str
    namespace: str
    name: str
    section: str = ""
    """A listener of a Gateway, or a rule of a route by its name; empty for the whole."""


class Attached:
    """The policies of one kind, by target. The oldest counts first; of one age, the first by name.

    What has no age was not given by a cluster, and is new there.
    """

    def __init__(self, estate: Estate, kind: str, group: str) -> None:
        self._by_target: dict[Target, list[Object]] = {}
        selecting = _Selecting(estate)
        for policy in sorted(estate.of(kind, group), key=_age):
            for target in dict.fromkeys((*named_targets(policy), *selecting.targets(policy))):
                self._by_target.setdefault(target, []).append(policy)

    def of(self, target: Target) -> list[Object]:
        """Give those that are attached to exactly this."""
        return self._by_target.get(target, [])


def references(policy: Object) -> tuple[Node, ...]:
    """Give the references to targets."""
    single = at(policy.node, "spec", "targetRef")
    return (*items(policy.node, "spec", "targetRefs"), *(() if single is None else (single,)))


def named_targets(policy: Object) -> Iterator[Target]:
    """Give what a policy names."""
    for one in references(policy):
        yield target_of(policy, one)


def target_of(policy: Object, reference: Node) -> Target:
    """Give what a reference names, in the policy's own namespace."""
    kind, name = text(reference, "kind") or "", text(reference, "name") or ""
    return Target(kind, policy.namespace, name, text(reference, "sectionName") or "")


def targets_of(
    route: Object,
    rule: Node,
    gateway: Object | None,
    listener: str,
    *,
    named: str = "",
    listener_set: Object | None = None,
) -> tuple[Target, ...]:
    """Give what the policies of a rule may be attached to, the nearest first.

    `named` is the Gateway's name where it was not given itself. What is attached to a Gateway is for the
    listeners of its ListenerSets as well; what is attached to one of its own listeners is for that alone.
    """
    name = text(rule, "name")
    of_rule = (Target(route.kind, route.namespace, route.name, name),) if name else ()
    of_route = (*of_rule, Target(route.kind, route.namespace, route.name))
    if gateway is None:
        return (*of_route, Target("Gateway", route.namespace, named)) if named else of_route
    holder = gateway if listener_set is None else listener_set
    of_listener = Target(holder.kind, holder.namespace, holder.name, listener)
    of_holder = of_listener._replace(section="")
    whole = Target(gateway.kind, gateway.namespace, gateway.name)
    return (*of_route, *dict.fromkeys((of_listener, of_holder, whole)))


# --- private ---

_GROUP: Final = "gateway.networking.k8s.io"
"""Of what is selected, where no group is named."""


def _age(policy: Object) -> tuple[bool, str, str, str]:
    made = text(policy.node, "metadata", "creationTimestamp")
    return made is None, made or "", policy.namespace, policy.name


class _Selecting:
    """Finds what `targetSelectors` select: objects of the policy's namespace, by their labels."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def targets(self, policy: Object) -> Iterator[Target]:
        for selector in items(policy.node, "spec", "targetSelectors"):
            kind, group = text(selector, "kind") or "", text(selector, "group") or _GROUP
            wanted = label_selector(selector)
            for one in self._estate.of(kind, group):
                if one.namespace == policy.namespace and wanted.chooses(one.labels):
                    yield Target(kind, one.namespace, one.name)
