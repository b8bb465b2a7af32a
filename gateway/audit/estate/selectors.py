"""Which pods does a Service choose, and which does a selector?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

from gateway.audit.estate.containers import WORKLOADS, pod_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, text, texts
from gateway.audit.estate.objects import Object
from gateway.config.tree import Node

T = TypeVar("T")
Labels = Mapping[str, str]


class Selector(NamedTuple):
    """Labels that have to be there. An empty one chooses everything."""

    labels: Labels
    expressions: tuple[Node, ...] = ()
    """Of `matchExpressions`."""

    def chooses(self, labels: Labels) -> bool:
        """Whether something with these labels is chosen."""
        return self.labels.items() <= labels.items() and all(_holds(one, labels) for one in self.expressions)


class Workload(NamedTuple):
    """What makes pods, and how each of them looks."""

    of: Object
    pod: Node
    labels: Labels

    @property
    def account(self) -> str:
        """Give the name of its ServiceAccount."""
        named = text(self.pod, "serviceAccountName") or text(self.pod, "serviceAccount")
        return named or "default"


class Chosen(Generic[T]):
    """Finds things by their labels, without looking at each."""

    def __init__(self, labelled: Iterable[tuple[str, Labels, T]]) -> None:
        """Take things, each with its namespace and its labels."""
        self._all: Final[dict[str, list[tuple[Labels, T]]]] = defaultdict(list)
        self._by_label: Final[dict[tuple[str, str, str], list[tuple[Labels, T]]]] = defaultdict(list)
        for namespace, labels, thing in labelled:
            self._all[namespace].append((labels, thing))
            for name, value in labels.items():
                self._by_label[namespace, name, value].append((labels, thing))

    def by(self, namespace: str, selector: Selector) -> tuple[T, ...]:
        """Give what a selector chooses there."""
        lists = [self._by_label.get((namespace, *pair), []) for pair in selector.labels.items()]
        candidates = min(lists, key=len) if lists else self._all.get(namespace, [])
        return tuple(thing for labels, thing in candidates if selector.chooses(labels))


class Workloads(Chosen[Workload]):
    """Everything that makes pods."""

    def __init__(self, estate: Estate) -> None:
        self.all: Final = tuple(_workloads(estate))
        super().__init__((one.of.namespace, one.labels, one) for one in self.all)
        self._behind: Final[dict[tuple[str, frozenset[tuple[str, str]]], tuple[Workload, ...]]] = {}

    def behind(self, service: Object) -> tuple[Workload, ...]:
        """Give those whose pods a Service sends requests to; none where it has no selector.

        The same tuple for all Services that choose the same.
        """
        selector = selector_of(service)
        if selector is None:
            return ()
        key = service.namespace, frozenset(selector.labels.items())
        if key not in self._behind:
            self._behind[key] = self.by(service.namespace, selector)
        return self._behind[key]


def selector_of(service: Object) -> Selector | None:
    """Give the labels by which a Service finds its pods; None where others say where they are."""
    labels = {name: text(node) or "" for name, node in members(service.node, "spec", "selector")}
    return Selector(labels) if labels else None


def label_selector(node: Node | None) -> Selector:
    """Read `matchLabels` and `matchExpressions`, as NetworkPolicies and aggregated roles have them."""
    labels = {name: text(value) or "" for name, value in members(node, "matchLabels")}
    return Selector(labels, items(node, "matchExpressions"))


# --- private ---


def _workloads(estate: Estate) -> Iterator[Workload]:
    for kind in WORKLOADS:
        for one in estate.of(kind):
            pod = pod_of(one)
            if pod is not None and not _is_made(one):
                yield Workload(one, pod, _labels(one))


def _is_made(workload: Object) -> bool:
    """Whether another workload made it, which says the same: a Pod of a Deployment."""
    owners = items(workload.node, "metadata", "ownerReferences")
    return any(text(one, "kind") in WORKLOADS for one in owners)


def _labels(workload: Object) -> Labels:
    template = ("spec", "template")
    match workload.kind:
        case "Pod":
            above: Node | None = workload.node
        case "CronJob":
            above = at(workload.node, "spec", "jobTemplate", *template)
        case _:
            above = at(workload.node, *template)
    return {name: text(node) or "" for name, node in members(above, "metadata", "labels")}


def _holds(expression: Node, labels: Labels) -> bool:
    name, values = text(expression, "key") or "", texts(expression, "values")
    match text(expression, "operator"):
        case "In":
            return name in labels and labels[name] in values
        case "NotIn":
            return labels.get(name) not in values
        case "Exists":
            return name in labels
        case "DoesNotExist":
            return name not in labels
        case _:
            return False
