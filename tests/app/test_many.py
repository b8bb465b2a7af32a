"""`gateway serve --workers N`: real processes on one port."""

import os
import re
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import builders as b
from tests.app.load import Load, issuer
from tests.app.process import (
    ask,
    generation,
    good_token,
    judged,
    published,
    records,
    reload,
    running,
    said,
    served,
    with_policy,
)
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import NotReady, accepts, wait_until
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire

ESTABLISHED = "01"


def workers(gateway: GatewayProcess) -> list[int]:
    """The processes that the supervisor has started."""
    path = Path(f"/proc/{gateway.program.pid}/task/{gateway.program.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def counted(gateway: GatewayProcess, series: str) -> float:
    found = re.findall(rf"^token_gateway_{series}(?:\{{.*\}})? (\S+)$", gateway.metrics(), re.MULTILINE)
    return sum(map(float, found))


def connections(pid: int, port: int) -> int:
    """How many open connections to the port a process holds (proc(5), /proc/net/tcp)."""
    files = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(
        row[1].endswith(f":{port:04X}") and row[3] == ESTABLISHED and f"socket:[{row[9]}]" in files
        for row in rows
    )


# --- deciding -----------------------------------------------------------------


def test_workers_share_a_port_an_issuer_and_the_counts(tmp_path: Path) -> None:
    with issuer() as one, running(tmp_path, one.of(served()), workers=3) as gateway:
        assert len(workers(gateway)) == 3
        token = good_token()
        answers = [ask(gateway, bearer(token)) for _ in range(60)]
        assert [answer.status for answer in answers] == [200] * 60
        assert one.asked == 1
        gateway.program.wait_for(lambda: len(records(gateway)) == 60, "all records")
        gateway.program.wait_for(lambda: counted(gateway, "decisions_total") == 60, "the sum of the counts")
        assert counted(gateway, "workers") == 3
        assert counted(gateway, "issuer_ready") == 1
        minted = {answer.message.only("authorization") for answer in answers}
        assert len(minted) == 60
        assert len(published(gateway)) == 1
    assert gateway.program.stderr.read_text() == ""


def test_a_flood_of_unknown_kids_costs_the_issuer_its_budget_and_no_more(tmp_path: Path) -> None:
    with issuer() as one, running(tmp_path, one.of(served()), workers=2) as gateway:
        tokens = [b.token(key=b.ec_key(f"unknown-{number}", 7 + number)) for number in range(20)]
        statuses = {ask(gateway, bearer(token)).status for token in tokens}
        assert statuses <= {401, 503}
        assert one.asked <= 4
        assert ask(gateway, bearer(good_token())).status == 200


def test_an_issuer_that_is_down_is_an_outage_for_its_tokens_only(tmp_path: Path) -> None:
    config = served()
    config["issuers"]["corp"]["jwks_file"] = "absent.json"
    with running(tmp_path, config, workers=2) as gateway:
        answer = ask(gateway, bearer(good_token()))
        assert answer.status == 503
        assert int(answer.message.only("retry-after")) >= 1
        assert ask(gateway, path="/").status == 200
        assert counted(gateway, "issuer_ready") == 0
        (tmp_path / "absent.json").write_bytes(b.jwks(b.KEY))
        gateway.program.wait_for(
            lambda: ask(gateway, bearer(good_token())).status == 200, "the issuer's return"
        )


# --- reload -------------------------------------------------------------------


def test_all_workers_come_to_the_new_world(tmp_path: Path) -> None:
    with issuer() as one, running(tmp_path, one.of(served()), workers=2) as gateway:
        before = generation(gateway)
        reload(gateway, one.of(with_policy("renamed")))
        assert generation(gateway) != before

        def settled() -> bool:
            return all(ask(gateway, bearer(good_token()), policy="renamed").status == 200 for _ in range(20))

        gateway.program.wait_for(settled, "all workers in the new world")
        assert one.asked == 1
        bad = with_policy("renamed")
        bad["policies"]["renamed"]["hosts"] = []
        reload(gateway, bad)
        assert gateway.is_ready()
        assert settled()


def test_reloads_under_load_fail_no_request(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as gateway:
        with (
            Load(gateway.decision_port, good_token()) as one,
            Load(gateway.decision_port, good_token()) as other,
        ):
            for number in range(6):
                reload(gateway, served(audit={"reveal": ["path"] if number % 2 else ["subject"]}))
        assert one.failures == other.failures == []
        assert {line["event.action"] for line in judged(gateway)} == {"config_reloaded"}


# --- death --------------------------------------------------------------------


def test_a_killed_worker_takes_its_own_connections_along_and_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as gateway:
        port, token = gateway.decision_port, good_token()
        before = workers(gateway)
        with ExitStack() as asking:
            loads = [asking.enter_context(Load(port, token)) for _ in range(8)]
            gateway.program.wait_for(lambda: counted(gateway, "decisions_total") > 100, "counts")
            lost = connections(before[0], port)
            os.kill(before[0], signal.SIGKILL)
            gateway.program.wait_for(lambda: len(said(gateway, "worker_listening")) == 3, "a new worker")
            wait_until(lambda: sum(len(load.failures) for load in loads) >= lost, lambda: "who has noticed?")
            at_death = counted(gateway, "decisions_total")
        failures = [failure for load in loads for failure in load.failures]
        assert not any(isinstance(failure, int) for failure in failures)  # no wrong answer, only closed ones
        assert len(failures) == lost
        assert gateway.is_ready()
        assert before[0] not in workers(gateway)
        assert [ask(gateway, bearer(token)).status for _ in range(20)] == [200] * 20
        assert counted(gateway, "decisions_total") >= at_death > 100
        assert counted(gateway, "worker_restarts_total") == 1
        (line,) = said(gateway, "worker_ended")
        assert line["token_gateway.code"] == -signal.SIGKILL


def test_when_the_supervisor_is_killed_the_workers_end(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as gateway:
        left = workers(gateway)
        os.kill(gateway.program.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(alive, left)), lambda: "a worker is left")
        assert not accepts(gateway.decision_port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_and_loses_no_request(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, workers=2) as gateway:
        left = workers(gateway)
        with (
            Load(gateway.decision_port, good_token()) as one,
            Load(gateway.decision_port, good_token()) as other,
        ):
            gateway.program.send(number)
            wait_until(lambda: gateway.program.exit_code is not None, lambda: "it did not end")
        assert gateway.program.exit_code == 0
        assert not any(map(alive, left))
        # A closed idle connection and a closed port are no lost answers; a wrong one and half of one are.
        assert all(isinstance(failure, ConnectionError) for failure in one.failures + other.failures)
        assert len(records(gateway)) >= one.answered + other.answered
        assert gateway.program.stderr.read_text() == ""


def test_workers_that_cannot_start_end_the_gateway(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import os, sys\nif 'gateway.app.worker' in sys.orig_argv: os._exit(3)\n"
    )
    with (
        pytest.raises(NotReady, match="ended with 1 before readiness"),
        running(tmp_path, workers=2, environment={"PYTHONPATH": str(place)}),
    ):
        pass
    written = (tmp_path / "stdout").read_text()
    assert '"event.action":"worker_dies_at_start"' in written
    assert '"token_gateway.code":3' in written


def test_private_keys_are_in_no_argument_and_no_variable(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as gateway:
        for pid in workers(gateway):
            for name in ("cmdline", "environ"):
                assert b"PRIVATE" not in Path(f"/proc/{pid}/{name}").read_bytes()
