"""What do test reports read of it? JUnit's XML, as Ant writes it and Jenkins and GitLab read it.

A suite is an object, a test case one rule and that object. A finding that is too much is a failure, one that
is accepted or known is skipped, any other is in the output of a case that passes; what could not be read is
an error.
"""

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, position, sentence


def render(judgement: Judgement) -> str:
    """Give one document."""
    top = ET.Element("testsuites", name="gateway audit")
    for owner, found in _by_owner(judgement.judged).items():
        suite = ET.SubElement(top, "testsuite", name=owner)
        for rule, these in _by_rule(found).items():
            _case(ET.SubElement(suite, "testcase", classname=owner, name=rule), these, judgement)
    if judgement.unread:
        suite = ET.SubElement(top, "testsuite", name="what could not be read")
        for problem in judgement.unread:
            case = ET.SubElement(suite, "testcase", classname=plain(problem.file), name="is read")
            error = ET.SubElement(case, "error", message=plain(problem.what), type="unread")
            error.text = plain(str(problem))
    if len(top) == 0:  # an empty document counts as no test at all
        suite = ET.SubElement(top, "testsuite", name="gateway audit")
        ET.SubElement(suite, "testcase", classname="gateway audit", name="nothing was found")
    for suite in top:
        _count(suite)
    _count(top)
    ET.indent(top)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


# --- private ---

_COUNTED: Final = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def _by_owner(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(plain(one.finding.place.owner or one.finding.place.file), []).append(one)
    return found


def _by_rule(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(f"{one.finding.rule.id} {one.finding.rule.title}", []).append(one)
    return found


def _case(case: ET.Element, these: list[Judged], judgement: Judgement) -> None:
    case.set("file", plain(these[0].finding.place.file))
    case.set("line", str(these[0].finding.place.line))
    failing = [one for one in these if judgement.fails(one)]
    counting = [one for one in these if one.counts]
    if failing:
        worst = failing[0].finding
        failure = ET.SubElement(case, "failure", message=plain(worst.what), type=worst.severity.value)
        failure.text = "\n".join(_told(failing))
    elif not counting:
        reasons = dict.fromkeys(_why_not(one) for one in these)
        ET.SubElement(case, "skipped", message="; ".join(reasons))
    else:
        ET.SubElement(case, "system-out").text = "\n".join(_told(counting))


def _told(judged: list[Judged]) -> list[str]:
    rule = judged[0].finding.rule
    places = [f"{position(one.finding.place)} {plain(one.finding.what)}" for one in judged]
    return [*places, f"Why: {sentence(rule.why)}", f"Fix: {sentence(rule.fix)}"]


def _why_not(one: Judged) -> str:
    return "in the baseline" if one.ignored is None else f"accepted: {plain(one.ignored.reason)}"


def _count(element: ET.Element) -> None:
    for name, tag in _COUNTED.items():
        if name != "skipped" or element.tag == "testsuite":
            element.set(name, str(sum(1 for _ in element.iter(tag))))
