"""Is a mutant caught by a test that failed, and by nothing else?"""

from typing import Any

import pytest

from tests.mutants import run
from tests.mutants.mutant import Edit
from tests.mutants.table import GROUPS

SIGNATURE = GROUPS[0].mutants[0].name
ID = "tests/core/test_jws.py::test_one[a - b]"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int | None, str | None]]:
    """What the runs of pytest come to, one after the other: first the control's."""
    ends: list[tuple[int | None, str | None]] = []
    monkeypatch.setattr(run, "_run", lambda *_: ends.pop(0))
    return ends


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        ((1, ID), 0, f"{SIGNATURE}: caught by {ID}\n1 mutants, 1 caught"),
        ((0, None), 1, f"{SIGNATURE}: SURVIVED\n1 mutants, 0 caught"),
        ((2, None), 1, f"{SIGNATURE}: NOT JUDGED, pytest ended with 2\n1 mutants, 0 caught"),
        ((1, None), 1, f"{SIGNATURE}: NOT JUDGED, pytest ended with 1\n1 mutants, 0 caught"),
        ((None, None), 1, f"{SIGNATURE}: NOT JUDGED, pytest ended with None\n1 mutants, 0 caught"),
    ],
    ids=["caught", "survived", "not collected", "a fixture failed", "hung"],
)
def test_only_a_failed_test_is_a_catch(
    ended: list[Any], capsys: pytest.CaptureFixture[str], end: Any, code: int, said: str
) -> None:
    ended += [(0, None), end]
    assert run.main([SIGNATURE, "--jobs", "1"]) == code
    assert capsys.readouterr().out.partition(" passes\n")[2] == said + "\n"


def test_where_a_control_fails_no_mutant_is_tried(
    ended: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ended += [(1, ID)]
    assert run.main([SIGNATURE]) == 1
    assert capsys.readouterr().out.endswith(f" FAILS: {ID}\n")


@pytest.mark.parametrize(
    ("output", "first"),
    [
        ("F\nFAILED tests/a.py::b - assert 1 == 2\nFAILED tests/a.py::c\n", "tests/a.py::b"),
        ("F\nFAILED tests/a.py::b[x - y] - AssertionError\n", "tests/a.py::b[x - y]"),
        ("E\nERROR tests/a.py::b - fixture\n", None),
        ("", None),
    ],
)
def test_the_first_failed_test_is_named(output: str, first: str | None) -> None:
    assert run._first_failed(output) == first


@pytest.mark.long
def test_the_copy_is_what_is_tried_and_one_that_cannot_be_imported_is_not_judged() -> None:
    edit = Edit("gateway/core/base64url.py", "def decode(", "def decoded(")
    assert run._run((edit,), ("tests/core/test_base64url.py",)) == (2, None)
