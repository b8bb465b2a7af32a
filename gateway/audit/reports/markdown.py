"""What does a comment or a page show of it? Markdown, as GitHub and GitLab render it."""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, position
from gateway.audit.reports.summary import closing, counts

MOST: Final = 100
"""Rows. A comment on GitHub may have 65,536 characters, a summary a mebibyte: a longer one is lost."""


def render(judgement: Judgement) -> str:
    """Give one section."""
    return "\n".join(_lines(judgement)) + "\n"


def escaped(text: str) -> str:
    """Write text of somebody else's so that Markdown makes nothing of it: no link, tag, cell or mention."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", _calling(plain(text)))


# --- private ---

_SPECIAL: Final = re.compile(r"[^\w \u2060.,;:/=()'\"-]|_|:(?=[^ \d])")
_MENTION: Final = re.compile(r"@(?=\w)")
_LINK: Final = re.compile(r"(?i)(://|www\.)")


def _calling(text: str) -> str:
    """Part what would be made a link or a mention after everything else, by a word joiner."""
    return _LINK.sub("\\1\u2060", _MENTION.sub("@\u2060", text))


def _lines(judgement: Judgement) -> Iterator[str]:
    yield "## gateway audit"
    yield ""
    yield f"**{escaped(counts(judgement))}**"
    if judgement.counting:
        yield ""
        yield "| | rule | where | what | fix |"
        yield "|---|---|---|---|---|"
        yield from (_row(one) for one in judgement.counting[:MOST])
        if (left := len(judgement.counting) - MOST) > 0:
            yield ""
            yield f"... and {left} more, none of them worse: the other formats have them all."
    if judgement.unread:
        yield ""
        yield "### Could not be read"
        yield ""
        yield from (f"- {escaped(str(one))}" for one in judgement.unread)
    if judgement.remarks:
        yield ""
        yield from (f"- {escaped(one)}" for one in judgement.remarks)
    yield ""
    yield escaped(closing(judgement))


def _row(one: Judged) -> str:
    finding = one.finding
    rule, place = finding.rule, finding.place
    where = "<br>".join(escaped(part) for part in (plain(place.owner), position(place)) if part)
    cells = (f"**{finding.severity.value}**", rule.id, where, escaped(finding.what), escaped(rule.fix))
    return f"| {' | '.join(cells)} |"
