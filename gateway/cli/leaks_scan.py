"""`gateway leaks scan`: which secrets are in these files, folders, or on stdin?

Compressed files (gzip, Zstandard) are read as what they hold, and UTF-16 is. A folder is all that is in it.
What is found is shown by its type, its place and its fingerprint, never by its value. Exit 1 where something
was found, 2 where a file could not be read, whatever was found in the others.
"""

import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterable

from gateway import __version__
from gateway.cli import leaks_engine
from gateway.cli.leaks_engine import LeaksEngine
from gateway.cli.output import EX_FINDINGS, EX_OK, EX_USAGE, Commands, complain
from gateway.leaks import show
from gateway.leaks.file_name import readable, without_secrets
from gateway.leaks.files import STDIN, Readable, Unreadable, chunks, files, why
from gateway.leaks.finding import Finding
from gateway.leaks.follow import EVERY_S, Ended, Followed
from gateway.leaks.progress import Progress, progress
from gateway.leaks.scan import Scan, scan
from gateway.leaks.unpack import Damaged, unpacked
from gateway.leaks.wide import narrowed


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("scan", help="find secrets in files, folders or stdin", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for stdin")
    parser.add_argument(
        "--format",
        choices=show.FORMATS,
        default="text",
        help="text (default), one JSON document, or SARIF 2.1.0",
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on with what is added, also when the files are rotated"
    )
    leaks_engine.add(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Scan."""
    if arguments.follow and STDIN in arguments.paths:
        return complain("--follow is for files; stdin is read to its end anyway")
    if arguments.follow and arguments.format == "sarif":
        return complain(
            "--follow has no end, and a SARIF log has one: take --format json, a line for each finding"
        )
    try:
        engine = leaks_engine.read(arguments)
    except ValueError as usage:
        return complain(str(usage))
    report = _Report(_shown(arguments), engine)
    try:
        if arguments.follow:
            _follow(arguments.paths, engine, report)
        else:
            _scan_all(arguments.paths, engine, report)
        return report.end()
    except _NotShown as error:
        _forget_what_is_buffered()
        return complain(str(error)) if str(error) else report.code()


# --- private ---


class _NotShown(Exception):
    """Standard output takes no more. Says why; nothing, where its reader has left."""


class _Report:
    """Counts what is shown, and what could not be."""

    def __init__(self, shown: show.Shown, engine: LeaksEngine) -> None:
        self._shown = shown
        self._engine = engine
        self._found = 0
        self._unread: list[str] = []

    def found(self, findings: Iterable[Finding]) -> None:
        for one in findings:
            self._found += 1
            self._shown.finding(one)

    def unread(self, name: str, why: str) -> None:
        said = f"{readable(without_secrets(name, *self._engine))} {why}"
        self._unread.append(said)
        print(f"gateway: {said}", file=sys.stderr)

    def end(self) -> int:
        self._shown.end(self._unread)
        return self.code()

    def code(self) -> int:
        if self._unread:
            return EX_USAGE
        return EX_FINDINGS if self._found else EX_OK


def _shown(arguments: Namespace) -> show.Shown:
    match arguments.format:
        case "json":
            return show.AsLines(_write) if arguments.follow else show.AsJson(_write)
        case "sarif":
            return show.AsSarif(_write, __version__)
        case _:
            return show.AsText(_write)


def _write(text: str) -> None:
    """At once: what was found by the time that somebody ends this is shown. Raises: _NotShown."""
    if sys.stdout is None:
        raise _NotShown("standard output is closed")
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        raise _NotShown from None
    except OSError as error:
        raise _NotShown(f"standard output cannot be written: {(error.strerror or '').lower()}") from None


def _forget_what_is_buffered() -> None:
    """It would be written at exit, and fail again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _scan_all(paths: list[str], engine: LeaksEngine, report: _Report) -> None:
    meant = list(files(paths))
    total = sum(one.size for one in meant if isinstance(one, Readable))
    with progress(sys.stderr, total) as read:
        for one in meant:
            if isinstance(one, Unreadable):
                report.unread(*one)
            else:
                _scan(one.name, engine, report, read)


def _scan(name: str, engine: LeaksEngine, report: _Report, read: Progress) -> None:
    try:
        report.found(scan(narrowed(unpacked(chunks(name, read))), name, *engine))
    except OSError as error:
        report.unread(name, why(error))
    except Damaged as damaged:
        report.unread(name, str(damaged))


def _follow(paths: list[str], engine: LeaksEngine, report: _Report) -> None:
    """Until SIGINT or SIGTERM."""
    stopped: list[int] = []  # an Event takes a lock, which who waits may hold when the signal comes
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: stopped.append(number))
    followed = {Followed(path): Scan(path, *engine) for path in dict.fromkeys(paths)}
    lost: set[str] = set()
    while True:
        last = bool(stopped)
        for file, one in followed.items():
            _look(file, one, report, lost)
        if last:
            break
        time.sleep(EVERY_S)
    for file, one in followed.items():
        file.close()
        report.found(one.close())


def _look(file: Followed, one: Scan, report: _Report, lost: set[str]) -> None:
    """A file that cannot be read is named once, until it can be."""
    try:
        for chunk in file.new():
            if isinstance(chunk, Ended):
                report.found(one.close())
                one.begin_anew()
            else:
                report.found(one.feed(chunk))
        lost.discard(file.name)
    except OSError as error:
        if file.name not in lost:
            lost.add(file.name)
            report.unread(file.name, why(error))
