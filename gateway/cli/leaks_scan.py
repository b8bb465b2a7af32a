"""`gateway leaks scan`: which secrets are in these files, folders, or on stdin?

Compressed files (gzip, Zstandard) are read as what they hold, and UTF-16 is. A folder is all that is in it.
What is found is shown by its type, its place and its fingerprint, never by its value. Exit 1 where something
was found, 2 where a file could not be read, whatever was found in the others.
"""

import sys
import time
from argparse import Namespace
from collections.abc import Iterable

from gateway import __version__
from gateway.cli import leaks_engine
from gateway.cli.leaks_engine import LeaksEngine
from gateway.cli.output import (
    EX_FINDINGS,
    EX_OK,
    EX_USAGE,
    Commands,
    complain,
    forget_output,
    say,
    standard_input,
)
from gateway.leaks import show
from gateway.leaks.files import STDIN, Readable, Unreadable, chunks, files, why
from gateway.leaks.finding import Finding
from gateway.leaks.follow import EVERY_S, Ended, Followed
from gateway.leaks.progress import Progress, progress
from gateway.leaks.scan import Scan
from gateway.leaks.unpack import Damaged, unpacked
from gateway.leaks.waking import noted_once
from gateway.leaks.wide import narrowed


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("scan", help="find secrets in files, folders or stdin", description=__doc__)
    parser.add_argument(
        "paths", nargs="+", type=leaks_engine.path, metavar="PATH", help="a file, a folder, or - for stdin"
    )
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
        if STDIN in arguments.paths:
            standard_input()  # where it is closed, what is opened next would have its number
        engine = leaks_engine.read(arguments)
    except ValueError as usage:
        return complain(str(usage))
    report = _Report(_shown(arguments), engine)
    try:
        _scan_or_follow(arguments, engine, report)
        return report.end()
    except _NotShown as error:
        forget_output()
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
        said = f"{self._engine.shown(name)} {why}"
        self._unread.append(said)
        say(said)

    def waits(self, name: str) -> None:
        say(f"{self._engine.shown(name)} is not there yet, and is waited for")

    def end_early(self) -> None:
        """Somebody has ended it: a document of what was found by now is better than none."""
        self._shown.end([*self._unread, "the scan was stopped before its end"])

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


def _scan_or_follow(arguments: Namespace, engine: LeaksEngine, report: _Report) -> None:
    try:
        if arguments.follow:
            _follow(arguments.paths, engine, report)
        else:
            _scan_all(arguments.paths, engine, report)
    except KeyboardInterrupt:
        report.end_early()
        raise


def _scan_all(paths: list[str], engine: LeaksEngine, report: _Report) -> None:
    meant = list(files(paths))
    total = sum(one.size for one in meant if isinstance(one, Readable))
    with progress(sys.stderr, total, beside=sys.stdout) as read:
        for one in meant:
            if isinstance(one, Unreadable):
                report.unread(*one)
            else:
                _scan(one.name, engine, report, read)


def _scan(name: str, engine: LeaksEngine, report: _Report, read: Progress) -> None:
    one = Scan(name, *engine)
    try:
        for chunk in narrowed(unpacked(chunks(name, read))):
            report.found(one.feed(chunk))
    except OSError as error:
        report.unread(name, why(error))
    except Damaged as damaged:
        report.unread(name, str(damaged))
    report.found(one.close())  # also what came before it was damaged, and was not decided yet


def _follow(paths: list[str], engine: LeaksEngine, report: _Report) -> None:
    """Until SIGINT or SIGTERM, and what is there by then; a second one waits for nothing."""
    followed = {Followed(path): Scan(path, *engine) for path in dict.fromkeys(paths)}
    lost: set[str] = set()
    with noted_once() as stopped:
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
    """A file that is not there, or cannot be read, is named once, until it is and can be."""
    try:
        for chunk in file.new():
            if isinstance(chunk, Ended):
                report.found(one.close())
                one.begin_anew()
            else:
                report.found(one.feed(chunk))
        if file.is_there:
            lost.discard(file.name)
        elif file.name not in lost:
            lost.add(file.name)
            report.waits(file.name)
    except OSError as error:
        if file.name not in lost:
            lost.add(file.name)
            report.unread(file.name, why(error))
