"""Audit a text as if it were a file."""

from datetime import date
from pathlib import Path

from gateway.audit.check import Checked, check
from gateway.audit.estate.estate import Estate, Gathering
from gateway.audit.estate.gather import gather, gather_text
from gateway.audit.exposure import Exposure
from gateway.audit.normal import exposures_of

EXAMPLES = Path("gateway/audit/examples")
TODAY = date(2027, 1, 15)
"""`b.NOW`."""


def estate_of(*texts: str, file: str = "given.yaml", is_whole: bool = False) -> Estate:
    """What these texts are; none of them may be unreadable."""
    gathering = Gathering()
    for text in texts:
        gather_text(text.encode(), file, gathering)
    assert not gathering.unread, gathering.unread
    return gathering.finished(is_whole=is_whole)


def exposures(*texts: str, file: str = "given.yaml") -> tuple[Exposure, ...]:
    return exposures_of(estate_of(*texts, file=file))


def found(*texts: str, file: str = "given.yaml") -> list[str]:
    """Which rules have something to say, by id, each as often as it has."""
    return [one.rule.id for one in check(estate_of(*texts, file=file)).findings]


def checked_example(rule: str, which: str) -> Checked:
    """The `sound` or the `unsound` example of a rule: one file, or several with such names."""
    files = sorted((EXAMPLES / rule).glob(f"{which}*"))
    assert files, f"{EXAMPLES / rule}/{which}* is missing"
    gathering = Gathering()
    gather(files, gathering)
    assert not gathering.unread, gathering.unread
    return check(gathering.finished(), today=TODAY)
