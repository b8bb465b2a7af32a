"""Is this a controller that still gets fixes? NGX-001, NGX-002."""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.classes import traefik_reads_nginx
from gateway.audit.estate.fields import at, text
from gateway.audit.normal.ingress_nginx_settings import controllers
from gateway.audit.rule import Hit, Rule, Severity, View


def _retired(view: View) -> Iterator[Hit]:
    for one in controllers(view.estate):
        place = one.of.place(at(one.node, "image"))
        yield Hit(place, "this workload runs ingress-nginx, which has been retired")
    if view.estate.once(traefik_reads_nginx):
        return  # the class keeps its name where Traefik serves it
    for given in view.estate.of("IngressClass"):
        if text(given.node, "spec", "controller") == "k8s.io/ingress-nginx":
            place = given.place(at(given.node, "spec", "controller"))
            yield Hit(place, "this class is served by ingress-nginx, which has been retired")


def _outdated(view: View) -> Iterator[Hit]:
    for one in controllers(view.estate):
        tag = _TAG.search(one.image)
        if tag is None:
            continue
        version = tuple(map(int, tag.groups()))
        if version < _FIXED.get(version[:2], _LAST):
            place = one.of.place(at(one.node, "image"))
            yield Hit(place, f"version {'.'.join(map(str, version))} has known holes")


_TAG: Final = re.compile(r":v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})")
_LAST: Final = (1, 15, 1)
_FIXED: Final[dict[tuple[int, ...], tuple[int, int, int]]] = {(1, 13): (1, 13, 9), (1, 14): (1, 14, 5)}

RULES: Final = (
    Rule(
        id="NGX-001",
        title="ingress-nginx has been retired",
        severity=Severity.HIGH,
        why="It gets no fixes since March 2026: the next hole in it stays open",
        fix="move to a controller that is maintained, and compare both with `gateway audit diff`",
        check=_retired,
        references=("https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",),
    ),
    Rule(
        id="NGX-002",
        title="This version of ingress-nginx has known holes",
        severity=Severity.CRITICAL,
        why="Whoever may write an Ingress can run code in the controller, or step around auth-url",
        fix="run 1.13.9, 1.14.5 or 1.15.1 at least, then move to a controller that is maintained",
        check=_outdated,
        references=(
            *("CVE-2026-1580", "CVE-2026-24512", "CVE-2026-24513", "CVE-2026-24514", "CVE-2026-4342"),
            *("CVE-2025-1974", "CVE-2025-1097", "CVE-2025-1098", "CVE-2025-24514"),
        ),
    ),
)
