"""How do logs write the lines of a program, each as a record of its own?"""

import json
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple


class Written(NamedTuple):
    """A record, as it stands in the log."""

    before: bytes
    text: bytes
    behind: bytes

    @property
    def line(self) -> bytes:
        return b"".join(self)


Writer = Callable[[int, bytes], Written]


def _before(form: str) -> Writer:
    """`{n}` is the number of the line, `{t}` a time."""

    def write(number: int, line: bytes) -> Written:
        return Written(form.format(n=number, t=_time(number)).encode(), line, b"\n")

    return write


def _time(number: int) -> str:
    """With as many digits as it needs, as Go writes it."""
    seconds = f"{number // 60 % 60:02}:{number % 60:02}.{123_456_000 + number:09}"
    return f"2026-11-28T04:{seconds.rstrip('0')}Z"


def json_file(stream: str = "stdout", end: str = "\n") -> Writer:
    """Docker's; without `end` the line goes on in the next record."""

    def write(number: int, line: bytes) -> Written:
        text = json.dumps(line.decode("latin-1") + end)[1:-1].encode()
        broken = json.dumps(end)[1:-1].encode()
        members = f'","stream":"{stream}","time":"{_time(number)}"}}\n'.encode()
        return Written(b'{"log":"', text.removesuffix(broken), broken + members)

    return write


def plainly(_: int, line: bytes) -> Written:
    """No record: as a program that writes a file itself does."""
    return Written(b"", line, b"\n")


CRI: Final = _before("{t} stdout F ")
CRI_CUT: Final = _before("{t} stdout P ")
CRI_STDERR: Final = _before("{t} stderr F ")
JSON_FILE: Final = json_file()
WRITERS: Final[dict[str, Writer]] = {
    "CRI": CRI,
    "CRI with an offset": _before("2026-11-28T05:45:00.{n:09}+01:00 stderr F "),
    "json-file": JSON_FILE,
    "json-file, stderr": json_file("stderr"),
    "compose": _before("app-1  | "),
    "compose with times": _before("app-1  | {t} "),
    "kubectl --prefix": _before("[pod/app-7d9f8b6c5-x2k4j/app] "),
    "kubectl --prefix --timestamps": _before("[pod/app-7d9f8b6c5-x2k4j/app] {t} "),
    "kubectl --timestamps": _before("{t} "),
    "stern": _before("app-7d9f8b6c5-x2k4j app "),
    "stern with times": _before("app-7d9f8b6c5-x2k4j app {t} "),
    "syslog": _before("Nov  8 04:45:{n:02} node-1 app[123]: "),
    "syslog without a number": _before("Nov 28 04:45:{n:02} node-1 app: "),
    "syslog with RFC 3339": _before("{t} node-1 app[123]: "),
    "with a comma": _before("2026-11-28 04:45:00,{n:03} "),
}
OTHERS: Final[dict[str, Writer]] = {
    "CRI": CRI_STDERR,
    "json-file": json_file("stderr"),
    "compose": _before("db-1   | "),
    "kubectl --prefix": _before("[pod/app-7d9f8b6c5-abcde/app] "),
    "stern": _before("db-0 postgres "),
    "syslog": _before("Nov  8 04:45:{n:02} node-1 kernel: "),
}
"""Of another stream, container or program in the same log."""


def written(lines: Iterable[bytes], write: Writer) -> list[Written]:
    return [write(number, line) for number, line in enumerate(lines, 1)]


def log(records: Iterable[Written]) -> bytes:
    return b"".join(one.line for one in records)
