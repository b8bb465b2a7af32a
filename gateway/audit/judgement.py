"""Which findings count, and is that too much?

What the rules found, beside what was accepted and what was known before. Every report is made of this.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gateway.audit.baseline import Known
from gateway.audit.check import Checked
from gateway.audit.fingerprint import fingerprints
from gateway.audit.ignore import Ignore
from gateway.audit.rule import Finding, Severity
from gateway.audit.rules import RULES
from gateway.audit.suppress import Suppressions
from gateway.config.problem import Problem, show


class Judged(NamedTuple):
    """One finding, and what becomes of it."""

    finding: Finding
    fingerprint: str
    ignored: Ignore | None
    """What accepts it."""
    is_known: bool
    """Whether the baseline has it."""

    @property
    def counts(self) -> bool:
        """Whether it is neither accepted nor known."""
        return self.ignored is None and not self.is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that a report has to say."""

    judged: tuple[Judged, ...]
    """The worst first, then by place."""
    unread: tuple[Problem, ...]
    """What could not be read, so that nothing is known of it."""
    remarks: tuple[str, ...]
    """What is no finding: entries of the baseline, or accepted findings, that are not there any more."""
    fail_on: Severity | None
    """From which severity on findings are too much; None: never."""
    has_baseline: bool
    objects: int
    files: int
    """Of proxies."""
    exposures: int

    @property
    def counting(self) -> tuple[Judged, ...]:
        """Those that are neither accepted nor known."""
        return tuple(one for one in self.judged if one.counts)

    @property
    def failing(self) -> tuple[Judged, ...]:
        """Those that are too much."""
        return tuple(one for one in self.counting if self.fails(one))

    def fails(self, one: Judged) -> bool:
        """Whether this one is too much."""
        return self.fail_on is not None and one.counts and one.finding.severity.rank <= self.fail_on.rank


def judge(
    checked: Checked,
    *,
    baseline: tuple[Known, ...] | None = None,
    today: date | None = None,
    fail_on: Severity | None = Severity.HIGH,
    asked: Collection[str] | None = None,
) -> Judgement:
    """Say of each finding what becomes of it. `asked`: the rules that count; None: all of them."""
    suppressions = Suppressions(checked.estate, today)
    known = {one.fingerprint for one in baseline or ()}
    judged = tuple(
        Judged(finding, fingerprint, suppressions.of(finding), fingerprint in known)
        for finding, fingerprint in zip(
            checked.findings, fingerprints(checked.findings, checked.estate), strict=True
        )
        if asked is None or finding.rule.id in asked
    )
    not_asked = {one.id for one in RULES if asked is not None and one.id not in asked}
    return Judgement(
        judged=judged,
        unread=checked.estate.unread,
        remarks=(*_unused(suppressions, not_asked), *_gone(baseline or (), judged, not_asked)),
        fail_on=fail_on,
        has_baseline=baseline is not None,
        objects=len(checked.estate.objects),
        files=len(checked.estate.files),
        exposures=len(checked.exposures),
    )


# --- private ---


def _unused(suppressions: Suppressions, not_asked: set[str]) -> Iterator[str]:
    for one, rule in suppressions.unused(not_asked):
        why = "finds nothing there" if _is_there(rule) else "is no rule"
        yield f"{one.place}: {show(rule)} is accepted, and {why}: take it away"


def _gone(baseline: tuple[Known, ...], judged: tuple[Judged, ...], not_asked: set[str]) -> Iterator[str]:
    found = {one.fingerprint for one in judged}
    for one in baseline:
        if one.fingerprint not in found and one.rule not in not_asked:
            why = "is not found any more" if _is_there(one.rule) else "is no rule any more"
            yield f"baseline: {show(one.rule)} of {one.object or 'a file'} {why}: write the baseline anew"


def _is_there(rule: str) -> bool:
    return any(one.id == rule for one in RULES)
