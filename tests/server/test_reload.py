"""When a new configuration is taken, and what happens to a bad one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from gateway.config.attempt import attempt
from gateway.config.problem import ConfigError, Problem
from gateway.config.readings import Readings
from gateway.config.world import World
from gateway.server import reload
from gateway.server.reload import Pace, Reloader
from tests.cli.configuration import configuration, write
from tests.sources.fake_time import until

QUICK = Pace(poll_s=0.01, settle_s=0.02)
NEVER = Pace(poll_s=3600, settle_s=0.02)


class Watched:
    """A reloader with everything that it tells."""

    def __init__(self, path: Path, pace: Pace) -> None:
        first = attempt(path)
        assert isinstance(first.outcome, World)
        self.world = first.outcome
        self.told: list[str] = []
        self.problems: list[ConfigError] = []
        self.unusable: list[Problem] = []
        self.changed = asyncio.Event()
        self.reloader = Reloader(
            path, first.readings, first.outcome, adopt=self.adopt, observer=self, pace=pace
        )

    async def adopt(self, world: World, readings: Readings) -> None:
        if self.unusable:
            raise ConfigError(self.unusable)
        self.world = world

    def adopted(self, generation: str) -> None:
        self.told.append("adopted")
        assert generation == self.world.snapshot.generation
        self.changed.set()

    def refused(self, error: ConfigError, generation: str) -> None:
        self.told.append("refused")
        self.problems.append(error)
        assert generation == self.world.snapshot.generation
        self.changed.set()

    async def until(self, told: list[str]) -> None:
        async with asyncio.timeout(10):
            while self.told != told:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def watched(path: Path, pace: Pace = QUICK) -> AsyncIterator[Watched]:
    subject = Watched(path, pace)
    task = asyncio.create_task(subject.reloader.run())
    try:
        yield subject
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def with_host(host: str) -> dict[str, Any]:
    config = configuration()
    config["policies"]["orders"]["hosts"] = [host]
    return config


def hosts(world: World) -> list[str]:
    return [pattern.name for pattern in world.snapshot.policies["orders"].hosts]


async def test_new_content_is_adopted_without_being_asked(tmp_path: Path) -> None:
    async with watched(write(tmp_path, configuration())) as subject:
        write(tmp_path, with_host("new.example.com"))
        await subject.until(["adopted"])
        assert hosts(subject.world) == ["new.example.com"]


@pytest.mark.long
async def test_a_bad_file_is_told_once_and_changes_nothing(tmp_path: Path) -> None:
    async with watched(write(tmp_path, configuration())) as subject:
        before = subject.world
        write(tmp_path, with_host(""))
        await subject.until(["refused"])
        assert subject.world is before
        assert "policies.orders.hosts" in str(subject.problems[0])
        await looked(subject, 5)
        assert subject.told == ["refused"]
        write(tmp_path, with_host("new.example.com"))
        await subject.until(["refused", "adopted"])


async def looked(subject: Watched, times: int) -> None:
    """Until the reloader has looked so many times more."""
    count = 0
    original = subject.reloader._look

    async def look() -> None:
        nonlocal count
        await original()
        count += 1

    subject.reloader._look = look  # type: ignore[method-assign]
    await until(lambda: count >= times)


async def test_asked_it_judges_at_once_and_again(tmp_path: Path) -> None:
    async with watched(write(tmp_path, configuration()), NEVER) as subject:
        subject.reloader.ask()
        await subject.until(["adopted"])
        write(tmp_path, with_host(""))
        subject.reloader.ask()
        await subject.until(["adopted", "refused"])
        subject.reloader.ask()
        await subject.until(["adopted", "refused", "refused"])


@pytest.mark.long
async def test_a_configmap_is_swapped_by_its_link(tmp_path: Path) -> None:
    def mount(name: str, config: dict[str, Any]) -> None:
        (tmp_path / name).mkdir()
        write(tmp_path / name, config)
        (tmp_path / "..new").symlink_to(name)
        (tmp_path / "..new").rename(tmp_path / "..data")

    mount("..1", configuration())
    path = tmp_path / "gateway.yaml"
    path.symlink_to("..data/gateway.yaml")
    async with watched(path) as subject:
        mount("..2", with_host("new.example.com"))
        await subject.until(["adopted"])
        assert hosts(subject.world) == ["new.example.com"]
        mount("..3", with_host("new.example.com"))  # other folder, same content
        await looked(subject, 5)
        assert subject.told == ["adopted"]


async def test_what_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, configuration())
    once = [with_host("second.example.com")]

    def interrupted(*arguments: Any, **options: Any) -> Any:
        found = attempt(*arguments, **options)
        if once:
            write(tmp_path, once.pop())
        return found

    async with watched(path, NEVER) as subject:
        monkeypatch.setattr(reload, "attempt", interrupted)
        write(tmp_path, with_host("first.example.com"))
        subject.reloader.ask()
        await subject.until(["adopted"])
        assert hosts(subject.world) == ["second.example.com"]


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text('{"issuers": {')])
async def test_a_file_that_is_gone_or_half_written_changes_nothing(
    tmp_path: Path, harm: Callable[[Path], Any]
) -> None:
    path = write(tmp_path, configuration())
    async with watched(path) as subject:
        before = subject.world
        harm(path)
        await subject.until(["refused"])
        assert subject.world is before
        write(tmp_path, with_host("new.example.com"))
        await subject.until(["refused", "adopted"])


async def test_what_it_names_and_cannot_be_used_is_a_refusal(tmp_path: Path) -> None:
    async with watched(write(tmp_path, configuration()), NEVER) as subject:
        subject.unusable = [Problem(file="list", line=1, column=1, path="", what="is wrong", fix="mend it")]
        subject.reloader.ask()
        await subject.until(["refused"])
        subject.unusable = []
        subject.reloader.ask()
        await subject.until(["refused", "adopted"])


@pytest.mark.long
async def test_a_defect_is_told_and_does_not_end_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: bugs.append(type(context["exception"]).__name__)
    )

    def broken(*_: Any, **__: Any) -> Any:
        raise RecursionError

    async with watched(write(tmp_path, configuration())) as subject:
        monkeypatch.setattr(reload, "attempt", broken)
        write(tmp_path, with_host("first.example.com"))
        await until(lambda: bugs != [])
        await looked(subject, 5)
        assert bugs == ["RecursionError"]
        monkeypatch.setattr(reload, "attempt", attempt)
        write(tmp_path, with_host("second.example.com"))
        await subject.until(["adopted"])
