"""IGN: what was to be accepted, and is not."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.ignore import Fault, Ignore, ignores_of
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show


def _with_fault(view: View, *faults: Fault) -> Iterator[Hit]:
    for one in ignores_of(view.estate):
        if one.fault in faults:
            yield Hit(one.place, f"{_subject(one)} {one.fault.value}", about=_rules(one))


def _without_reason(view: View) -> Iterator[Hit]:
    yield from _with_fault(view, Fault.NO_REASON)


def _unreadable(view: View) -> Iterator[Hit]:
    yield from _with_fault(view, Fault.NO_RULE, Fault.NO_DATE)


def _ended(view: View) -> Iterator[Hit]:
    for one in ignores_of(view.estate):
        if one.fault is None and one.has_ended(view.today):
            yield Hit(one.place, f"{_subject(one)} ended with {one.until}", about=_rules(one))


def _subject(one: Ignore) -> str:
    return f"what accepts {_rules(one)}" if one.fault is not Fault.NO_RULE else "what is to be accepted"


def _rules(one: Ignore) -> str:
    return ", ".join(show(rule) for rule in one.rules)


RULES: Final = (
    Rule(
        id="IGN-001",
        title="A finding is to be accepted without a reason",
        severity=Severity.LOW,
        why="Whoever reads it next cannot tell a decision from an oversight. It accepts nothing, so that the "
        "finding is reported all the same",
        fix='write why, behind the rule: "NGX-006: its backend verifies the client\'s token itself"',
        check=_without_reason,
    ),
    Rule(
        id="IGN-002",
        title="What accepted a finding has come to its end",
        severity=Severity.LOW,
        why="It was accepted for a time, and the time is over. The finding is reported again",
        fix="mend what was found, or decide anew and set another `until`",
        check=_ended,
    ),
    Rule(
        id="IGN-003",
        title="What is to be accepted cannot be read",
        severity=Severity.LOW,
        why="It accepts nothing, though somebody has meant it to",
        fix='write the rules, a colon, the reason, and where it ends the last day: "NGX-006: why; '
        'until=2027-01-31"; one line for each',
        check=_unreadable,
    ),
)
