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
from gateway.cli.output import EX_OK, Commands, complain
from gateway.leaks.file_name import readable, without_secrets
from gateway.leaks.files import STDIN, why
from gateway.leaks.unpack import CHUNK_BYTES, GZIP, ZSTANDARD
from gateway.leaks.waking import signals_or
from gateway.leaks.wide import BOMS
from gateway.redact.replace import Redactor

_STDIN: Final = 0
_STDOUT: Final = 1
_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("redact", help="take secrets out of stdin or a file", description=__doc__)
    parser.add_argument("path", nargs="?", default=STDIN, metavar="PATH", help="a file; stdin unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there, whole or not at all")
    leaks_engine.add(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Redact; exit 0 whether there was something to redact or not."""
    try:
        _is_open(arguments)
        engine = leaks_engine.read(arguments)
    except ValueError as usage:
        return complain(str(usage))
    path = arguments.path
    redactor = Redactor(engine.finder.for_file("" if path == STDIN else path), engine.fingerprints)
    try:
        with _ended_by_signals(), _opened(path) as source, _target(arguments.output) as target:
            with closing(_until_stopped(source)) as given:
                for chunk in _searchable(given):
                    _write(target, redactor.feed(chunk))
            _write(target, redactor.close())
    except _Stopped as stopped:
        complain(f"stopped before the end of {readable(without_secrets(path, *engine))}")
        return 128 + stopped.number
    except (_NotSearchable, _NotWritten) as error:
        return complain(str(error))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return complain(f"{readable(without_secrets(path, *engine))} {why(error)}")
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
    if arguments.path == STDIN and sys.stdin is None:
        raise ValueError("standard input is closed")
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
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _target(output: Path | None) -> Iterator[int]:
    """Beside the file, and in its place when all is written: then it may also be the file that is read."""
    if output is None:
        yield _STDOUT
        return
    place = Path(os.path.realpath(output))  # where it is a link the link stays
    with ExitStack() as undo:
        with _writing(output):
            was = place.stat() if place.exists() else None
            if was is not None and not stat.S_ISREG(was.st_mode):
                raise _NotWritten(f"{output} is no regular file, whose place another can take")
            with _at_once():
                descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:32]}.")
                undo.callback(Path(name).unlink, missing_ok=True)
                undo.callback(os.close, descriptor)
        if was is not None:  # else for its owner alone
            _make_like(descriptor, was)
        yield descriptor
        with _writing(output):
            os.fsync(descriptor)
            Path(name).replace(place)


@contextmanager
def _writing(where: Path | str) -> Iterator[None]:
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
        packed = next((one for one in _PACKED if head.startswith(one)), None)
        if packed is not None:
            raise _NotSearchable(_PACKED[packed])
        if not any(one.startswith(head) for one in _PACKED):
            break
    yield head
    yield from chunks


_PACKED: Final = {
    GZIP: "this is gzip, in which nothing would be found: gunzip -c FILE | gateway leaks redact",
    ZSTANDARD: "this is Zstandard, in which nothing would be found: zstd -dc FILE | gateway leaks redact",
    **dict.fromkeys(
        BOMS,
        "this is UTF-16, in which nothing would be found: "
        "iconv -f UTF-16 -t UTF-8 FILE | gateway leaks redact",
    ),
}


def _until_stopped(source: int) -> Generator[bytes]:
    """Until its end, or SIGTERM or SIGINT: what a pipe has given by then is still passed on.

    Raises: _Stopped in a file, of which the rest is there still.
    """
    with signals_or(source) as wait:  # first: else there were a moment in which nobody hears them
        before = {one: signal.signal(one, lambda *_: None) for one in _ENDING}
        try:
            while not (number := wait()):
                if not (chunk := os.read(source, CHUNK_BYTES)):
                    return
                yield chunk
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
        if stat.S_ISREG(os.fstat(source).st_mode):
            _heed_no_more()
            raise _Stopped(number)


def _write(target: int, text: bytes) -> None:
    view = memoryview(text)
    with _writing("standard output" if target == _STDOUT else "the output"):
        while view:
            view = view[os.write(target, view) :]
