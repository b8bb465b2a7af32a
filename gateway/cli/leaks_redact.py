"""`gateway leaks redact`: pass a stream on, without its secrets.

Each becomes `[REDACTED:<type>:<fingerprint>]`; everything else comes out octet for octet, as soon as it is
decided: at the end of its line, but for what may go on in the next. In a pod: `tail -F app.log | gateway
leaks redact -c gateway.yaml`.
"""

import os
import select
import signal
import stat
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.cli import leaks_engine
from gateway.cli.output import EX_OK, EX_USAGE, Commands, complain
from gateway.leaks.files import STDIN, why
from gateway.leaks.unpack import CHUNK_BYTES
from gateway.redact.replace import Redactor

_STDIN: Final = 0
_STDOUT: Final = 1


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
        engine = leaks_engine.read(arguments)
    except ValueError as usage:
        return complain(str(usage))
    name = "" if arguments.path == STDIN else arguments.path
    redactor = Redactor(engine.finder.for_file(name), engine.fingerprints)
    try:
        with _opened(arguments.path) as source, _target(arguments.output) as target:
            for chunk in _until_stopped(source):
                _write(target, redactor.feed(chunk))
            _write(target, redactor.close())
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"gateway: {error.filename or arguments.path} {why(error)}", file=sys.stderr)
        return EX_USAGE
    return EX_OK


# --- private ---


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
    descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    written = Path(name)
    try:
        if output.exists():  # else for its owner alone
            written.chmod(stat.S_IMODE(output.stat().st_mode))
        yield descriptor
        os.fsync(descriptor)
        written.replace(output)
    finally:
        os.close(descriptor)
        written.unlink(missing_ok=True)


def _until_stopped(source: int) -> Iterator[bytes]:
    """Until its end, or SIGTERM or SIGINT: what was read by then is still passed on."""
    waker, wake = os.pipe()
    os.set_blocking(wake, False)
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGTERM, signal.SIGINT)}
    woken = signal.set_wakeup_fd(wake)
    ready = select.poll()  # not select(2), for which a descriptor from 1024 on is none
    for one in (source, waker):
        ready.register(one, select.POLLIN)
    try:
        while True:
            found = [descriptor for descriptor, _ in ready.poll()]
            if waker in found or not (chunk := os.read(source, CHUNK_BYTES)):
                return
            yield chunk
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(waker)
        os.close(wake)


def _write(target: int, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(target, view) :]
