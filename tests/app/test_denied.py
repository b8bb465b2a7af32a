"""The deny list of a configuration, in one process and in several."""

from collections import Counter
from pathlib import Path

import pytest

from gateway.app.denied import count_denied, open_denied, revoked_by
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.world import World
from gateway.server.watch import DenyListWatch
from gateway.telemetry.exposition import exposition
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from tests import builders as b
from tests.app.process import ask, good_token, records, reload, running, said, served
from tests.cli.configuration import write
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

NOBODY = "revoked: []\n"
THIS_TOKEN = "revoked:\n  - {issuer: corp, jti: jti-of-theirs}\n"
METRICS = Metrics({}, version="0")
LOG = Log(lambda _: None, lambda: b.NOW)
WATCH = DenyListWatch(LOG)


def world_of(folder: Path, file: str, text: str | None = NOBODY) -> World:
    if text is not None:
        (folder / file).write_text(text)
    return load_world(write(folder, served(revocations={"file": file})))


async def test_without_a_list_nobody_is_on_it(tmp_path: Path) -> None:
    denied = await open_denied(load_world(write(tmp_path, served())), WATCH, clock=lambda: b.NOW)
    assert denied is None
    assert revoked_by(denied)().count == 0
    count_denied(METRICS, denied)
    assert b"token_gateway_revocations 0" in exposition(METRICS.series)


async def test_a_list_is_kept_by_who_reads_it_alike_and_opened_by_others(tmp_path: Path) -> None:
    first = world_of(tmp_path, "one.yaml", THIS_TOKEN)
    denied = await open_denied(first, WATCH, clock=lambda: b.NOW)
    assert revoked_by(denied)().count == 1
    count_denied(METRICS, denied)
    assert b"token_gateway_revocations 1" in exposition(METRICS.series)
    broken = world_of(tmp_path, "one.yaml", "revoked: [")
    assert await open_denied(broken, WATCH, clock=lambda: b.NOW, former=first, kept=denied) is denied
    other = world_of(tmp_path, "other.yaml")
    opened = await open_denied(other, WATCH, clock=lambda: b.NOW, former=first, kept=denied)
    assert revoked_by(opened)().count == 0
    with pytest.raises(ConfigError):
        await open_denied(broken, WATCH, clock=lambda: b.NOW, former=other, kept=opened)


async def test_a_worker_is_given_the_content(tmp_path: Path) -> None:
    world = world_of(tmp_path, "one.yaml")
    denied = await open_denied(world, WATCH, clock=lambda: b.NOW, content=THIS_TOKEN.encode())
    assert revoked_by(denied)().count == 1


def replace(file: Path, text: str) -> None:
    """As one step for whoever reads it: half of it would be another thing to be told of."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.rename(file)


def settles(gateway: GatewayProcess, count: int, times: int) -> None:
    """Wait until the change was told so often, and every process has so many entries."""

    def settled() -> bool:
        changes = said(gateway, "revocations_changed")
        return len(changes) == times and f"\ntoken_gateway_revocations {count}.0\n" in gateway.metrics()

    gateway.program.wait_for(settled, "the list")


@pytest.mark.wire
@pytest.mark.parametrize("workers", [1, 2])
def test_a_token_that_is_revoked_while_we_serve_is_refused_until_it_is_not(
    tmp_path: Path, workers: int
) -> None:
    file, token = tmp_path / "revoked.yaml", bearer(good_token())
    file.write_text(NOBODY)
    with running(tmp_path, served(revocations={"file": "revoked.yaml"}), workers=workers) as gateway:
        assert {ask(gateway, token).status for _ in range(10)} == {200}  # each remembers it
        replace(file, THIS_TOKEN)
        settles(gateway, count=1, times=1)
        assert {ask(gateway, token).status for _ in range(10)} == {401}
        gateway.program.wait_for(lambda: len(records(gateway)) == 20, "the records")
        reasons = Counter(one.get("event.reason") for one in records(gateway))
        assert reasons == {None: 10, "token_revoked": 10}
        replace(file, "revoked: [\n")
        gateway.program.wait_for(lambda: said(gateway, "revocations_refused") != [], "the refusal")
        assert "\ntoken_gateway_revocations_refused 1.0\n" in gateway.metrics()
        assert {ask(gateway, token).status for _ in range(10)} == {401}
        replace(file, NOBODY)
        settles(gateway, count=0, times=2)
        gateway.program.wait_for(
            lambda: {ask(gateway, token).status for _ in range(10)} == {200}, "its return in each process"
        )


@pytest.mark.wire
@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_that_names_a_list_that_is_not_there_changes_nothing(tmp_path: Path, workers: int) -> None:
    (tmp_path / "revoked.yaml").write_text(THIS_TOKEN)
    (tmp_path / "empty.yaml").write_text(NOBODY)
    token = bearer(good_token())
    with running(tmp_path, served(revocations={"file": "revoked.yaml"}), workers=workers) as gateway:
        assert ask(gateway, token).status == 401
        reload(gateway, served(revocations={"file": "absent.yaml"}, audit={"reveal": ["path"]}))
        (refused,) = said(gateway, "config_problem")
        assert "absent.yaml" in refused["token_gateway.problem"]
        assert {ask(gateway, token).status for _ in range(6)} == {401}
        reload(gateway, served(revocations={"file": "empty.yaml"}))
        gateway.program.wait_for(
            lambda: {ask(gateway, token).status for _ in range(6)} == {200}, "the other list"
        )
