import json
import traceback

import pytest

from gateway.core.reason import Reason, Refusal
from gateway.core.strict_json import JsonLimits, parse_object
from gateway.telemetry.frames import MAX_EXCEPTIONS, MAX_FRAMES, class_name, installed_path, stack_trace

SECRET = "s3cret-of-the-client"


def caught(run: object) -> BaseException:
    try:
        run()  # type: ignore[operator]
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError("nothing was raised")


def fall(depth: int, secret: str = SECRET) -> None:
    if depth == 0:
        raise ValueError(secret)
    fall(depth - 1, secret)


def wrap() -> None:
    try:
        fall(1)
    except ValueError as error:
        error.add_note(SECRET)
        raise Refusal(Reason.TOKEN_MALFORMED, SECRET) from error


def test_classes_places_and_functions_and_nothing_that_was_said() -> None:
    trace = stack_trace(caught(wrap))
    lines = trace.splitlines()
    assert lines[0] == "gateway.core.reason.Refusal"
    assert "ValueError" in lines
    assert any(line.startswith("  test_frames.py:") and line.endswith(" fall") for line in lines)
    assert SECRET not in trace
    assert SECRET in "".join(traceback.format_exception(caught(wrap)))


def test_our_files_are_named_within_the_package() -> None:
    error = caught(lambda: parse_object(b"[]", JsonLimits(max_bytes=9, max_depth=2, max_members=2)))
    assert "  gateway/core/strict_json.py:" in stack_trace(error)


def test_files_of_the_standard_library_have_no_directory() -> None:
    assert "  decoder.py:" in stack_trace(caught(lambda: json.loads("{")))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/srv/gateway/gateway/core/ask.py", "gateway/core/ask.py"),
        ("/venv/lib/python3.11/site-packages/gateway/core/ask.py", "gateway/core/ask.py"),
        ("/home/gateway/lib/python3.11/site-packages/aiohttp/client.py", "aiohttp/client.py"),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", "yaml/__init__.py"),
        ("/usr/lib/python3.11/asyncio/events.py", "events.py"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
        ("", "?"),
    ],
)
def test_no_path_of_the_machine(name: str, expected: str) -> None:
    assert installed_path(name) == expected


def test_a_recursion_is_cut_to_its_innermost_frames() -> None:
    lines = stack_trace(caught(lambda: fall(200))).splitlines()
    assert len(lines) == 1 + MAX_FRAMES


def test_a_group_names_its_members() -> None:
    group = ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])
    assert stack_trace(group) == "ExceptionGroup\nValueError\nKeyError"


def test_a_circle_of_causes_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert stack_trace(one) == "ValueError\nKeyError"


def test_many_members_are_cut() -> None:
    group = ExceptionGroup("many", [ValueError() for _ in range(100)])
    assert len(stack_trace(group).splitlines()) == MAX_EXCEPTIONS


def test_an_exception_in_whose_handling_it_was_raised_is_named_unless_suppressed() -> None:
    error = ValueError()
    error.__context__ = KeyError()
    assert stack_trace(error) == "ValueError\nKeyError"
    error.__suppress_context__ = True
    assert stack_trace(error) == "ValueError"


def test_class_names() -> None:
    assert class_name(ValueError()) == "ValueError"
    assert class_name(json.JSONDecodeError("", "", 0)) == "json.decoder.JSONDecodeError"
