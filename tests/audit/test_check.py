import pytest

from gateway.audit import check as checking
from gateway.audit.check import check
from gateway.audit.rule import Hit, Rule, Severity, View
from tests.audit.showing import estate_of

NAMESPACES = "\n---\n".join(f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {n}}}}}" for n in "ab")


def hits(view: View) -> list[Hit]:
    first, second = (one.place() for one in view.estate.of("Namespace"))
    return [
        Hit(second, "is there"),
        Hit(first, "is there"),
        Hit(first, "is there"),
        Hit(second, "is bad", Severity.CRITICAL),
    ]


def test_findings_come_once_the_worst_first_then_by_place(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(id="A-1", title="t", severity=Severity.LOW, why="w", fix="f", check=hits)
    monkeypatch.setattr(checking, "RULES", (rule,))
    found = check(estate_of(NAMESPACES)).findings
    assert [(one.severity, one.place.owner, one.what) for one in found] == [
        (Severity.CRITICAL, "Namespace/b", "is bad"),
        (Severity.LOW, "Namespace/a", "is there"),
        (Severity.LOW, "Namespace/b", "is there"),
    ]


def test_an_empty_estate_has_no_findings() -> None:
    assert check(estate_of("")).findings == ()
