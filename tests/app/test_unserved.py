"""A listener that would not be opened is not passed over: the gateway does not start."""

from pathlib import Path

import pytest

from gateway.app.unserved import check_served
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from tests.app.test_single import configured
from tests.architecture.source import ROOT
from tests.cli.configuration import Run, runner


def test_what_is_opened_is_served(tmp_path: Path) -> None:
    check_served(configured(tmp_path).world, tmp_path)


def test_the_edge_is_refused_in_words() -> None:
    file = ROOT / "config" / "examples" / "edge.yaml"
    with pytest.raises(ConfigError, match=r"listeners\.edge: is not served by this version"):
        check_served(load_world(file), file)


def test_a_gateway_with_an_edge_does_not_start(capfd: pytest.CaptureFixture[str]) -> None:
    gateway: Run = runner(capfd)
    ran = gateway("serve", "-c", ROOT / "config" / "examples" / "edge.yaml")
    assert (ran.code, ran.out) == (78, "")
    assert "listeners.edge" in ran.err
