"""What a running gateway tells is as configured: how many records, summaries, and what the memo has done."""

import re
import time
from pathlib import Path

import pytest

from gateway.app.parts import CLOCK
from tests.app.process import ask, good_token, records, reload, running, served, with_policy
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire


def number(gateway: GatewayProcess, series: str) -> float:
    found = re.search(rf"^token_gateway_{re.escape(series)} (\S+)$", gateway.metrics(), re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize("workers", [1, 2])
def test_refusals_alike_are_summed_up_once_a_second_and_before_a_reload(tmp_path: Path, workers: int) -> None:
    config = served(audit={"repeated_refusals": {"keep": 2, "per": "1s"}})
    with running(tmp_path, config, workers=workers) as gateway:
        began = time.monotonic()
        for _ in range(20):
            assert ask(gateway).status == 401
        intervals = int(time.monotonic() - began) + 1

        def told() -> int:
            refused = [each for each in records(gateway) if each.get("event.reason") == "credential_missing"]
            return sum(each.get("token_gateway.suppressed", 1) for each in refused)

        gateway.program.wait_for(lambda: told() == 20, "the summaries")
        suppressed = sum(each.get("token_gateway.suppressed", 0) for each in records(gateway))
        assert suppressed >= 20 - 2 * workers * intervals
        gateway.program.wait_for(
            lambda: number(gateway, "records_suppressed_total") == suppressed, "their count"
        )
        reload(gateway, with_policy("new", audit={"repeated_refusals": {"keep": 1, "per": "600s"}}))
        gateway.program.wait_for(
            lambda: all(ask(gateway, policy="new", path="/").status == 200 for _ in range(20)), "each worker"
        )
        for _ in range(10):
            assert ask(gateway, policy="new").status == 401
        assert told() <= 20 + workers
    assert told() == 30, "at the end"


@pytest.mark.parametrize("workers", [1, 2])
def test_allowed_decisions_are_sampled_as_configured_and_counted(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, served(audit={"sample_allowed": 0.000001}), workers=workers) as gateway:
        for _ in range(10):
            assert ask(gateway, bearer(good_token())).status == 200
        gateway.program.wait_for(lambda: number(gateway, "records_sampled_out_total") == 10, "the count")
        assert records(gateway) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_the_memo_and_the_loop_are_seen(tmp_path: Path, workers: int) -> None:
    before = int(CLOCK())
    with running(tmp_path, workers=workers) as gateway:
        token = bearer(good_token())
        for _ in range(10):
            assert ask(gateway, token).status == 200
        outcomes = ("hit", "miss", "lapsed")

        def looked_up() -> float:
            return sum(number(gateway, f'memo_total{{outcome="{each}"}}') for each in outcomes)

        gateway.program.wait_for(lambda: looked_up() == 10, "the memo")
        entries = number(gateway, "memo_entries")
        assert 1 <= entries <= workers
        assert number(gateway, 'memo_total{outcome="miss"}') == entries
        assert number(gateway, "memo_bytes") > 0
        assert "\ntoken_gateway_loop_lag_seconds " in gateway.metrics()
        assert number(gateway, 'signing_keys{state="active"}') == 1
        assert before <= number(gateway, "signing_key_activated_timestamp_seconds") <= CLOCK()
        assert number(gateway, "signing_key_store_failed") == 0
