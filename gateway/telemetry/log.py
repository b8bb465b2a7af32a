"""What else is worth a line to the operator?

Start, stop, warnings, keys that could not be fetched, and our own bugs: JSON lines beside the decision
records, told apart by `event.dataset`. Our code calls this and never stdlib logging; what libraries log
there is brought here by `configure_stdlib`.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum, unique
from typing import Any, Final, TypedDict, Unpack

from gateway.redact.text import redact
from gateway.telemetry.frames import class_name, installed_path, stack_trace
from gateway.telemetry.json_line import Value, json_line, shortened, timestamp

MAX_TEXT: Final = 1024
MAX_STACK: Final = 8192


@unique
class Level(StrEnum):
    """How much it matters, as `log.level`."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Fields(TypedDict, total=False):
    """Every field that a line may have beside its level and what happened. None is for a request's text."""

    # where
    address: str
    decision: int
    grpc: int
    edge: int
    keys: int
    admin: int
    # what
    choice: str
    code: int
    count: int
    generation: str
    index: int
    issuer: str
    key: str
    outcome: str
    path: str
    policy: str
    problem: str
    seconds: float
    signal: str
    version: str
    why: str


class Log:
    """The operator's log."""

    __slots__ = ("_clock", "_write")

    def __init__(self, write: Callable[[bytes], None], clock: Callable[[], float]) -> None:
        """`write` gets a line with its line feed; `clock` gives seconds since the epoch."""
        self._write = write
        self._clock = clock

    def event(self, level: Level, what: str, **fields: Unpack[Fields]) -> None:
        """Write one line. `what` is a fixed word, such as `keys_not_fetched`."""
        self._line(level, what, {f"token_gateway.{name}": _safe(value) for name, value in fields.items()})

    def info(self, what: str, **fields: Unpack[Fields]) -> None:
        """Nothing to be done."""
        self.event(Level.INFO, what, **fields)

    def warning(self, what: str, **fields: Unpack[Fields]) -> None:
        """Somebody should look at it."""
        self.event(Level.WARNING, what, **fields)

    def error(self, what: str, **fields: Unpack[Fields]) -> None:
        """Something does not work."""
        self.event(Level.ERROR, what, **fields)

    def bug(self, error: BaseException) -> None:
        """Write where an exception came from. Never: its message, or a variable."""
        self._line(Level.ERROR, "bug", _origin(error))

    def loop_exception(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """For `loop.set_exception_handler`: asyncio's own prints callbacks with their arguments."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.bug(error)
        else:
            self._line(Level.ERROR, "bug", {"log.logger": "asyncio"})

    def library(self, record: logging.LogRecord) -> None:
        """Write what a library has logged: who, where, and the text without what was put into it.

        A text that was put together beforehand is left out, for it cannot be told from its parts; the
        place in the library's source names it.
        """
        fields: dict[str, Value] = {
            "log.logger": record.name,
            "log.origin.file.name": installed_path(record.pathname),
            "log.origin.file.line": record.lineno,
        }
        if record.args and isinstance(record.msg, str):
            fields["message"] = _safe(record.msg)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields |= _origin(error)
        level = Level.ERROR if record.levelno >= logging.ERROR else Level.WARNING
        self._line(level, "library", fields)

    # --- private ---

    def _line(self, level: Level, what: str, fields: dict[str, Value]) -> None:
        head: dict[str, Value] = {
            "@timestamp": timestamp(self._clock()),
            "log.level": level.value,
            "event.dataset": "token_gateway.log",
            "event.action": what,
        }
        self._write(json_line(head | fields))


def configure_stdlib(log: Log) -> None:
    """Bring everything that goes to stdlib logging, from WARNING on, to `log`, and nothing to stderr."""
    root = logging.getLogger()
    root.handlers[:] = [_ToLog(log)]
    root.setLevel(logging.WARNING)
    logging.raiseExceptions = False  # else a failing handler prints the record, message and all


# --- private ---


class _ToLog(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.library(record)


def _safe(value: object) -> Value:
    """Numbers as they are, text through the redactor and at its limit."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return shortened(redact(str(value)), MAX_TEXT)


def _origin(error: BaseException) -> dict[str, Value]:
    return {"error.type": class_name(error), "error.stack_trace": shortened(stack_trace(error), MAX_STACK)}
