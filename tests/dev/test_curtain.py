"""The tour first, the gateway's lines after it."""

import io

import pytest

from gateway.dev.curtain import Curtain


def test_what_comes_before_the_opening_is_not_shown() -> None:
    stage = io.BytesIO()
    with Curtain(stage) as curtain:
        curtain.write(b"before\n")
        assert stage.getvalue() == b""
        curtain.open()
        assert curtain.write(b"after\n") == 6
    assert stage.getvalue() == b"after\n"


def test_where_the_start_fails_it_is_shown() -> None:
    stage = io.BytesIO()
    curtain = Curtain(stage)
    curtain.write(b"before\n")
    with pytest.raises(OSError, match="taken"), curtain:
        raise OSError("taken")
    assert stage.getvalue() == b"before\n"
