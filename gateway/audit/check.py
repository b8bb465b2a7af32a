"""What is wrong with what was given?"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.exposure import Exposure
from gateway.audit.normal import exposures_of
from gateway.audit.rule import Finding, View
from gateway.audit.rules import RULES
from gateway.core.policy import Policy


class Checked(NamedTuple):
    """What was found, the worst first, then by place."""

    estate: Estate
    exposures: tuple[Exposure, ...]
    findings: tuple[Finding, ...]


def check(
    estate: Estate, policies: Mapping[str, Policy] | None = None, *, today: date | None = None
) -> Checked:
    """Ask every rule. `policies` are those of our own gateway, where its configuration was given."""
    view = View(estate=estate, exposures=exposures_of(estate), policies=policies, today=today)
    found = [
        Finding(rule, hit.place, hit.what, hit.severity or rule.severity, hit.about)
        for rule in RULES
        for hit in dict.fromkeys(rule.check(view))
    ]
    return Checked(estate, view.exposures, tuple(sorted(found, key=_order)))


# --- private ---


def _order(one: Finding) -> tuple[object, ...]:
    return (one.severity.rank, *one.place, one.rule.id, one.about, one.what)
