"""What one rule says of a text."""

from gateway.audit.check import check
from tests.audit.showing import estate_of


def said(rule: str, *texts: str) -> list[str]:
    """As `high: what`, in the order of the places."""
    findings = check(estate_of(*texts)).findings
    return [f"{one.severity.value}: {one.what}" for one in findings if one.rule.id == rule]


def is_silent(rule: str, *texts: str) -> bool:
    return said(rule, *texts) == []
