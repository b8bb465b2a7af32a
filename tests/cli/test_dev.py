"""`gateway dev`: its arguments. What it does is in tests/dev/test_run.py."""

import pytest

from gateway.cli import dev
from gateway.dev.nginx import NginxMissing
from tests.cli.configuration import Run


@pytest.mark.parametrize("error", [NginxMissing("no nginx found"), OSError("taken"), RuntimeError("silent")])
def test_what_cannot_start_is_exit_1(gateway: Run, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def fails(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(dev, "run_everything", fails)
    ran = gateway("dev")
    assert (ran.code, ran.out, ran.err) == (1, "", f"gateway: {error}\n")


def test_a_port_is_a_number(gateway: Run) -> None:
    assert gateway("dev", "--port", "many").code == 2


@pytest.mark.parametrize(("options", "edge"), [((), False), (("--edge",), True)])
def test_the_edge_is_asked_for_by_name(
    gateway: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], *, edge: bool
) -> None:
    asked: list[object] = []

    async def notes(*_: object, **named: object) -> int:
        asked.append(named)
        return 0

    monkeypatch.setattr(dev, "run_everything", notes)
    assert gateway("dev", *options).code == 0
    assert asked == [{"edge": edge}]
