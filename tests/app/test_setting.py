"""What a gateway has from its start to its end."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from gateway.app.setting import open_setting
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from tests import builders as b
from tests.app.process import served, with_keys
from tests.cli.configuration import write


def test_everything_goes_by_one_clock(tmp_path: Path) -> None:
    out = BytesIO()
    setting = open_setting(load_world(write(tmp_path, served())), out, clock=lambda: b.NOW)
    assert setting.custody.stored[0].created_at == b.NOW
    setting.log.info("listening")
    first = json.loads(out.getvalue())
    setting.log.info("listening")
    assert json.loads(out.getvalue().splitlines()[1]) == first
    assert setting.clock() == b.NOW


def test_without_keys_there_is_none(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, with_keys({"store": "shared", "path": "nowhere"})))
    with pytest.raises(ConfigError, match=r"downstream\.keys"):
        open_setting(world, BytesIO())
