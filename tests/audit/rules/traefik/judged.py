"""Which rules object, and what they say."""

from collections.abc import Iterable, Mapping

from gateway.audit.check import check
from gateway.audit.rule import Finding
from gateway.core.policy import Policy
from tests.audit.showing import estate_of


def hits(rule: str, *texts: str, policies: Mapping[str, Policy] | None = None) -> list[Finding]:
    """What one rule says of these texts."""
    return [one for one in check(estate_of(*texts), policies).findings if one.rule.id == rule]


def differing(rule: str, cases: Mapping[str, Iterable[str]], *around: str) -> dict[str, list[str]]:
    """Those cases in which a rule says something else than it should, by `severity about`."""
    found = {}
    for text, expected in cases.items():
        said = [f"{one.severity} {one.about}".rstrip() for one in hits(rule, text, *around)]
        if said != list(expected):
            found[text] = said
    return found
