"""`gateway leaks redact`: pass a stream on, without its secrets.

Each becomes `[REDACTED:<type>:<fingerprint>]`; everything else comes out octet for octet, as soon as it is
decided: at the end of its line, but for what may go on in the next. In a pod: `tail -F app.log | gateway
leaks redact -c gateway.yaml`. What is compressed, or UTF-16, is refused: nothing would be found in it.
"""

import os
import signal
import stat
import sys
import tempfile
from argparse import Namespace
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from gateway.cli import leaks_engine
from gateway.cli.output import EX_OK, Commands, complain, standard_input
from gateway.leaks.files import STDIN, why
from gateway.leaks.form import form_of, is_undecided
from gateway.leaks.unpack import CHUNK_BYTES
from gateway.leaks.waking import noted_once, open_to_read, signals_or
from gateway.redact.replace import Redactor

_STDIN: Final = 0
_STDOUT: Final = 1
_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("redact", help="take secrets out of stdin or a file", description=__doc__)
    parser.add_argument(
        "path", nargs="?", default=STDIN, type=leaks_engine.path, metavar="PATH", help="a file (stdin)"
    )
    parser.add_argument(
        "--output", type=leaks_engine.path, metavar="FILE", help="write there, whole or not at all"
    )
    leaks_engine.add(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Redact; exit 0 whether there was something to redact or not."""
    try:
        _is_open(arguments)
        engine = leaks_engine.read(arguments)
    except ValueError as usage:
        return complain(str(usage))
    path, output = arguments.path, arguments.output
    redactor = Redactor(engine.finder.for_file("" if path == STDIN else path), engine.fingerprints)
    where = "standard output" if output is None else engine.shown(output)
    try:
        with (
            _ended_by_signals(), _opened(path) as source, _target(output, where) as target,
            closing(_until_stopped(source)) as chunks,  # before others' handlers of signals are back
        ):  # fmt: skip
            for chunk in _searchable(chunks):
                _write(target, redactor.feed(chunk), where)
            _write(target, redactor.close(), where)
    except _Stopped as stopped:
        complain(f"stopped before the end of {engine.shown(path)}")
        return 128 + stopped.number
    except (_NotSearchable, _NotWritten) as error:
        return complain(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return complain(f"{engine.shown(path)} {why(error)}")
    return EX_OK


# --- private ---


class _Stopped(Exception):
    """By a signal, in the middle of a file that has an end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _NotSearchable(Exception):
    """Secrets do not stand in it octet by octet. Says what to do."""


class _NotWritten(Exception):
    """Says where, and why."""


def _is_open(arguments: Namespace) -> None:
    """What is opened next would have the number of what is closed. Raises: ValueError."""
    if arguments.path == STDIN:
        standard_input()
    if arguments.output is None and sys.stdout is None:
        raise ValueError("standard output is closed")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Also while a pipe waits for its writer: a container's first process is ended by no other signal."""

    def end(number: int, _: object) -> None:
        _heed_no_more()
        raise _Stopped(number)

    before = {one: signal.signal(one, end) for one in _ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _heed_no_more() -> None:
    """It ends: another signal would only keep it from leaving nothing behind."""
    for one in _ENDING:
        signal.signal(one, signal.SIG_IGN)


@contextmanager
def _at_once() -> Iterator[None]:
    """Between its steps nothing comes: a signal has its turn behind them."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def _opened(path: str) -> Iterator[int]:
    if path == STDIN:
        yield _STDIN
        return
    descriptor = open_to_read(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _target(output: str | None, where: str) -> Iterator[int]:
    """Beside the file, and in its place when all is written: then it may also be the file that is read."""
    if output is None:
        yield _STDOUT
        return
    place = Path(os.path.realpath(output))  # where it is a link the link stays
    with ExitStack() as undo:
        with _writing(where):
            was = place.stat() if place.exists() else None
            if was is not None and not stat.S_ISREG(was.st_mode):
                raise _NotWritten(f"{where} is no regular file, whose place another can take")
            with _at_once():
                descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:32]}.")
                undo.callback(Path(name).unlink, missing_ok=True)
                undo.callback(os.close, descriptor)
        if was is not None:  # else for its owner alone
            with _writing(where):
                _make_like(descriptor, was)
        yield descriptor
        with _writing(where):
            os.fsync(descriptor)
            Path(name).replace(place)


@contextmanager
def _writing(where: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _NotWritten(f"{where} cannot be written: {(error.strerror or '').lower()}") from None


def _make_like(descriptor: int, was: os.stat_result) -> None:
    """Give it the owner that the file had, as far as we may, and its mode."""
    with suppress(PermissionError):
        os.fchown(descriptor, was.st_uid, was.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(was.st_mode))


def _searchable(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give the chunks, the first ones once it is sure what they are. Raises: _NotSearchable."""
    head = b""
    for chunk in chunks:
        head += chunk
        form = form_of(head)
        if form is not None:
            raise _NotSearchable(
                f"this is {form}, in which nothing would be found: {_PLAIN[form]} FILE | gateway leaks redact"
            )
        if not is_undecided(head):
            break
    yield head
    yield from chunks


_PLAIN: Final = {"gzip": "gunzip -c", "Zstandard": "zstd -dc", "UTF-16": "iconv -f UTF-16 -t UTF-8"}
"""What makes plain text of it."""


def _until_stopped(source: int) -> Generator[bytes, None, None]:
    """Until its end, or SIGTERM or SIGINT: what a pipe has given by then is still passed on.

    Raises: _Stopped in a file, of which the rest is there still, and where a pipe of that name has given
    nothing; and anywhere at a second signal, for nobody may read what is still to be written.
    """
    is_begun = source == _STDIN
    with signals_or(source) as wait, noted_once():  # in this order: what is noted is heard
        while not (number := wait()):
            if not (chunk := os.read(source, CHUNK_BYTES)):
                return
            is_begun = True
            yield chunk
    if not is_begun or stat.S_ISREG(os.fstat(source).st_mode):
        _heed_no_more()
        raise _Stopped(number)


def _write(target: int, text: bytes, where: str) -> None:
    view = memoryview(text)
    with _writing(where):
        while view:
            view = view[os.write(target, view) :]
