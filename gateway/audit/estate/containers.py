"""Which programs run in which pods, and with which arguments?"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.config.tree import Node

WORKLOADS: Final = ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "CronJob", "Pod")


class Container(NamedTuple):
    """One container of a pod, or of a template for pods."""

    of: Object
    node: Node
    image: str
    arguments: tuple[Node, ...]
    """Of `command` and `args`."""

    def option(self, name: str) -> Node | None:
        """Give the last argument `--name` or `--name=value`, in any case of letters."""
        found = None
        for one in self.arguments:
            if option_of(one)[0] == name.lower():
                found = one
        return found


def option_of(argument: Node) -> tuple[str, str]:
    """Split `--name=value` into both; the name in lower case, `true` where there is no value."""
    written = text(argument) or ""
    name, equals, value = written.lstrip("-").partition("=")
    return (name.lower(), value if equals else "true") if written.startswith("-") else ("", "")


def pod_of(workload: Object) -> Node | None:
    """Give the specification of its pods."""
    match workload.kind:
        case "Pod":
            return at(workload.node, "spec")
        case "CronJob":
            return at(workload.node, "spec", "jobTemplate", "spec", "template", "spec")
        case _:
            return at(workload.node, "spec", "template", "spec")


def containers(estate: Estate) -> Iterator[Container]:
    """Give every container that was given, those of `initContainers` too."""
    for kind in WORKLOADS:
        for workload in estate.of(kind):
            pod = pod_of(workload)
            for one in (*items(pod, "containers"), *items(pod, "initContainers")):
                arguments = (*items(one, "command"), *items(one, "args"))
                yield Container(workload, one, text(one, "image") or "", arguments)
