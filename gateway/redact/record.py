"""What of this line did a log's writer put before its text?

A container runtime, `docker compose`, `kubectl logs --prefix`, stern and syslog make a record of each line
that a program writes, and begin it with when it was and whose it is.

No beginning holds a bracket that could be a mark's, nor a part that may be missing, but for a time, of which
see `Form.is_half`. So a line that has it where something in it was redacted had it before, in the same place.
"""

import re
from typing import Final, NamedTuple


class Record(NamedTuple):
    """One line of a log."""

    text: int
    """Where its text begins."""
    whose: bytes
    """The same in all records of one text."""
    is_cut: bool
    """Whether its line was too long, and goes on in the next record of the same."""


class Break(NamedTuple):
    """Where a record ends."""

    line: int
    """Here the next begins."""
    whose: bytes
    is_cut: bool


class Form(NamedTuple):
    """How a writer begins its records, and maybe ends them."""

    before: re.Pattern[bytes]
    """Its first group says whose it is, its second whether it is cut."""
    behind: re.Pattern[bytes] | None = None
    """Its first group says whose it is."""
    time: re.Pattern[bytes] | None = None
    """What may stand before the text besides."""
    is_loose: bool = False
    """Whether lines that are no records may belong to the one before."""

    def own(self, text: bytes, line: int, place: int) -> Record | None:
        """Give the record that begins at `line`, if `place` is in its text."""
        found = self.before.match(text, line, place)
        return None if found is None else self._record(found)

    def read(self, text: bytes, line: int, line_end: int) -> Record | None:
        """Give what a whole line is."""
        found = self.before.match(text, line, line_end)
        if found is None or self.behind is None:
            return None if found is None else self._record(found)
        place = text.rfind(_BEHIND, found.end(), line_end)
        behind = self.behind.match(text, place, line_end) if place >= 0 else None
        return None if behind is None else Record(found.end(), behind[1], is_cut=False)

    def end(self, record: Record, text: bytes, stop: int, place: int, limit: int) -> Break | None:
        """Give it, where the text breaks off from `stop` to `place`; None where that is within the record."""
        if self.behind is None:
            line = text.rfind(b"\n", stop, place if place > stop or not record.is_cut else stop + 1) + 1
            return Break(line, record.whose, record.is_cut) if line else None
        behind = self.behind.match(text, place, limit)
        return None if behind is None else Break(behind.end(), behind[1], place == stop)

    def is_half(self, text: bytes, place: int) -> bool:
        """Whether a time may have stood there, of which something was redacted."""
        return self.time is not None and _HALF.match(text, place) is not None

    # --- private ---

    def _record(self, found: re.Match[bytes]) -> Record:
        time = self.time and self.time.match(found.string, found.end(), found.endpos)
        return Record((time or found).end(), found[1], is_cut=found.lastindex == 2 and found[2] == b"P")


# --- private ---

_TIME: Final = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
"""RFC 3339, and as programs write it."""
_OLD_TIME: Final = "[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}"
"""RFC 3164 section 4.1.2."""
_BEFORE_TEXT: Final = re.compile(f"{_TIME} ".encode())
_HALF: Final = re.compile(rb"[0-9TZ:.,+ -]{0,40}\[REDACTED:")
_HOST: Final = "[A-Za-z0-9._:-]{1,253}"
_TAG: Final = "[A-Za-z0-9._/@-]{1,128}"
_POD: Final = "[a-z0-9.-]{1,253}"
_BEHIND: Final = b'","stream":"'
_JSON_FILE: Final = (
    rf'{_BEHIND.decode()}(std(?:out|err))"(?:,"attrs":\{{[^{{}}\[\]\n]{{0,2048}}\}})?,"time":"{_TIME}"\}}'
    r"\r?(?:\n|\Z)"
)
_LOOSE: Final = (
    rf"(\[pod/{_POD}/{_POD}\]) ",  # kubectl logs --prefix
    r"([A-Za-z0-9][A-Za-z0-9._-]{0,127})[ ]{1,64}\| ",  # docker compose
    rf"([a-z0-9.]{{1,253}}-{_POD} [a-z0-9-]{{1,63}}) ",  # stern
    rf"{_OLD_TIME} ({_HOST} {_TAG}(?:\[[0-9]{{1,10}}\])?): ",  # syslog, journalctl
    rf"{_TIME} ({_HOST} {_TAG}\[[0-9]{{1,10}}\]): ",
    f"{_TIME}() ",  # kubectl logs --timestamps, docker logs -t
)

FORMS: Final = (
    Form(re.compile(f"{_TIME} (std(?:out|err)) ([FP]) ".encode())),  # CRI: containerd, CRI-O
    Form(re.compile(rb'(\{)"log":"'), re.compile(_JSON_FILE.encode())),  # Docker
    *(Form(re.compile(one.encode()), time=_BEFORE_TEXT, is_loose=True) for one in _LOOSE),
)
"""Of a text its first line alone says which it is: the first of these that it has."""
