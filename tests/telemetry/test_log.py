import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.telemetry.log import MAX_TEXT, Level, Log, configure_stdlib
from tests import builders as b

SECRET = "s3cret-of-the-client"


class Written(list[bytes]):
    def fields(self) -> dict[str, Any]:
        (line,) = self
        assert SECRET.encode() not in line
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def log(written: Written) -> Log:
    return Log(written.append, lambda: b.NOW)


@pytest.fixture
def stdlib(log: Log) -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    configure_stdlib(log)
    yield
    root.handlers[:], level, logging.raiseExceptions = before
    root.setLevel(level)


def head(level: str, action: str) -> dict[str, Any]:
    return {
        "@timestamp": "2027-01-15T08:00:00.000Z",
        "log.level": level,
        "event.dataset": "token_gateway.log",
        "event.action": action,
    }


def test_an_event_has_its_fields(log: Log, written: Written) -> None:
    log.event(Level.INFO, "listening", decision=4180, address="127.0.0.1", seconds=0.5)
    assert written.fields() == head("info", "listening") | {
        "token_gateway.decision": 4180,
        "token_gateway.address": "127.0.0.1",
        "token_gateway.seconds": 0.5,
    }


def test_levels(log: Log, written: Written) -> None:
    log.info("a")
    log.warning("b")
    log.error("c")
    assert [json.loads(line)["log.level"] for line in written] == ["info", "warning", "error"]


def test_a_text_is_redacted_and_cut(log: Log, written: Written) -> None:
    log.warning("file_refused", problem=f"Bearer {SECRET} {'x' * 5000}")
    problem = written.fields()["token_gateway.problem"]
    assert problem.startswith("Bearer [redacted] xxx")
    assert len(problem) == MAX_TEXT


def fail(secret: str) -> None:
    raise ValueError(f"cannot read {secret}")


def test_a_bug_is_a_class_and_places(log: Log, written: Written) -> None:
    try:
        fail(SECRET)
    except ValueError as error:
        log.bug(error)
    fields = written.fields()
    assert fields["error.type"] == "ValueError"
    assert fields["error.stack_trace"].startswith("ValueError\n  test_log.py:")
    assert fields["error.stack_trace"].endswith(" fail")
    assert "cannot read" not in str(fields)


def test_what_a_library_says_is_written_without_what_it_says_it_about(
    log: Log, written: Written, stdlib: None
) -> None:
    logging.getLogger("aiohttp.client").warning("Can not load response cookies: %s", SECRET)
    fields = written.fields()
    line = fields.pop("log.origin.file.line")
    assert isinstance(line, int)
    assert fields == head("warning", "library") | {
        "log.logger": "aiohttp.client",
        "log.origin.file.name": "test_log.py",
        "message": "Can not load response cookies: %s",
    }


def test_a_text_that_was_put_together_beforehand_is_left_out(
    log: Log, written: Written, stdlib: None
) -> None:
    logging.getLogger("asyncio").error(f"Exception in callback {SECRET}")  # noqa: G004
    fields = written.fields()
    assert fields["log.logger"] == "asyncio"
    assert "message" not in fields


def test_a_librarys_exception_is_a_class_and_places(log: Log, written: Written, stdlib: None) -> None:
    try:
        fail(SECRET)
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", SECRET)
    fields = written.fields()
    assert (fields["log.level"], fields["error.type"]) == ("error", "ValueError")


def test_below_warning_nothing_is_written(log: Log, written: Written, stdlib: None) -> None:
    logging.getLogger("aiohttp.access").info("GET /%s", SECRET)
    assert written == []


def test_a_record_that_cannot_be_formatted_is_written(
    log: Log, written: Written, stdlib: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("lib").warning("%d", SECRET)
    logging.getLogger("lib").warning({"not": "text"})
    assert [json.loads(line)["log.logger"] for line in written] == ["lib", "lib"]
    assert capsys.readouterr() == ("", "")


async def test_what_a_callback_raises_is_a_bug_without_its_arguments(log: Log, written: Written) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log.loop_exception)
    loop.call_soon(fail, SECRET)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert written.fields()["error.type"] == "ValueError"


async def test_what_the_loop_reports_without_exception_names_the_loop(log: Log, written: Written) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log.loop_exception)
    loop.call_exception_handler({"message": SECRET})
    assert written.fields() == head("error", "bug") | {"log.logger": "asyncio"}
