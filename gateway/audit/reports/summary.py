"""How does it all come out, in one line?"""

from gateway.audit.judgement import Judgement
from gateway.audit.rule import Severity


def counts(judgement: Judgement) -> str:
    """Count what counts: `3 findings: 1 critical, 2 high`."""
    severities = [one.finding.severity for one in judgement.counting]
    if not severities:
        return "nothing found"
    parts = [f"{severities.count(one)} {one.value}" for one in Severity if one in severities]
    return f"{_counted(len(severities), 'finding')}: {', '.join(parts)}"


def closing(judgement: Judgement) -> str:
    """Say what was read, what is left out of the count, and what could not be read."""
    accepted = sum(one.ignored is not None for one in judgement.judged)
    known = sum(one.is_known and one.ignored is None for one in judgement.judged)
    parts = [
        f"{_counted(judgement.objects, 'object')} and {_counted(judgement.files, 'proxy file')} read",
        _counted(judgement.exposures, "route"),
        f"{accepted} accepted" if accepted else "",
        f"{known} in the baseline" if known else "",
        f"{len(judgement.unread)} could not be read" if judgement.unread else "",
    ]
    return ", ".join(part for part in parts if part)


# --- private ---


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
