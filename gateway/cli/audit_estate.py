"""What is audited: files, folders, a stream, or a cluster?"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace, _ActionsContainer
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate, Gathering
from gateway.audit.estate.gather import NothingThere, gather, gather_stream
from gateway.audit.live import gather_live
from gateway.config.problem import Problem
from gateway.kubernetes.access import NoAccess
from gateway.kubernetes.kubeconfig import find_access
from gateway.kubernetes.listing import Unreachable
from gateway.redact.text import redact

STDIN: Final = "stdin"


def add_controller(parser: _ActionsContainer) -> None:
    """Add `--controller`, the same for every command of the audit."""
    parser.add_argument(
        "--controller",
        choices=[one.value for one in Controller if one is not Controller.UNKNOWN],
        metavar="NAME",
        help="who serves every Ingress and HTTPRoute, where their classes do not tell",
    )


def add_live(parser: ArgumentParser) -> None:
    """Add `--live` and what belongs to it."""
    cluster = parser.add_argument_group("a cluster")
    cluster.add_argument(
        "--live", action="store_true", help="read the cluster of the kubeconfig, and change nothing there"
    )
    cluster.add_argument(
        "--kubeconfig", type=Path, metavar="FILE", help="(KUBECONFIG, ~/.kube/config, else the pod's account)"
    )
    cluster.add_argument("--context", metavar="NAME", help="of the kubeconfig (the current one)")
    cluster.add_argument("--namespace", metavar="NAME", help="only this one, and what belongs to none")
    cluster.add_argument(
        "--include-secrets",
        action="store_true",
        help="list the names of Secrets with tokens that never expire; never what they hold",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Which cluster, and how much of it."""

    kubeconfig: Path | None
    context: str | None
    namespace: str | None
    """None is all of them."""
    include_secrets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """All that is to be read."""

    paths: tuple[str, ...] = ()
    cluster: Cluster | None = None
    controller: Controller | None = None
    is_whole: bool = False
    """Whether all there is was given: what is not there is missing."""


def given_of(arguments: Namespace, paths: Iterable[str], *, is_live: bool = False) -> Given:
    """Take from the arguments what is to be read; `--live` by the caller's word, who may want it twice."""
    cluster = None
    if is_live:
        cluster = Cluster(
            kubeconfig=arguments.kubeconfig,
            context=arguments.context,
            namespace=arguments.namespace,
            include_secrets=arguments.include_secrets,
        )
    return Given(
        paths=tuple(paths),
        cluster=cluster,
        controller=Controller(arguments.controller) if arguments.controller else None,
        is_whole=getattr(arguments, "whole", False) or (is_live and arguments.namespace is None),
    )


def read(given: Given) -> Estate:
    """Read everything that was given. What cannot be read is in `unread`. Raises nothing."""
    gathering = Gathering()
    for path in given.paths:
        _read(path, gathering)
    if given.cluster is not None:
        _read_live(given.cluster, gathering)
    elif not (gathering.objects or gathering.files or gathering.unread):
        where = ", ".join(STDIN if one == "-" else one for one in given.paths)
        what = "holds neither an object of Kubernetes nor a proxy's configuration"
        gathering.unread.append(_problem(where, what, "name what is to be audited"))
    return gathering.finished(is_whole=given.is_whole, controller=given.controller)


# --- private ---


def _read(path: str, gathering: Gathering) -> None:
    try:
        if path == "-" and sys.stdin is None:
            gathering.unread.append(_problem(STDIN, "is closed", "pipe what is to be audited into it"))
        elif path == "-":
            gather_stream(sys.stdin.buffer, STDIN, gathering)
        else:
            gather([Path(path)], gathering)
    except NothingThere as error:
        what = str(error).removeprefix(f"{Path(path)} ")
        named = redact(path)  # somebody may have put a token there
        gathering.unread.append(_problem(named, what, "name a file or a folder that is there"))


def _read_live(cluster: Cluster, gathering: Gathering) -> None:
    try:
        access = find_access(cluster.kubeconfig, cluster.context, os.environ)
        reading = gather_live(
            access, gathering, namespace=cluster.namespace, include_secrets=cluster.include_secrets
        )
        asyncio.run(reading)
    except NoAccess as refused:
        gathering.unread.append(_problem("cluster", refused.what, refused.fix))
    except Unreachable as gone:
        gathering.unread.append(_problem("cluster", str(gone), "see whether kubectl get namespaces works"))


def _problem(file: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=0, column=1, path="", what=what, fix=fix)
