"""What do the tests of commands get ready-made?"""

from pathlib import Path

import pytest

from gateway.cli import certificates, certificates_change, keys, keys_change
from tests import builders as b
from tests.cli.configuration import Run, SetClock, configuration, runner, write


@pytest.fixture
def gateway(capfd: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process."""
    return runner(capfd)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file."""
    return write(tmp_path, configuration())


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The clock of `gateway keys` and `certificates`; it shows `b.NOW`."""

    def set_clock(now: float) -> None:
        for module in (keys, keys_change, certificates, certificates_change):
            monkeypatch.setattr(module, "CLOCK", lambda: now)

    set_clock(b.NOW)
    return set_clock
