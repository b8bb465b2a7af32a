"""Every kind of event reaches the record, the metrics and the log; no exception says what it held."""

import asyncio
import gc
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.config.problem import ConfigError, Problem
from gateway.core.jwk import DroppedKey
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.text import redact
from gateway.server.watch import BugWatch, CustodyWatch, DecisionWatch, DenyListWatch, KeysWatch, ReloadWatch
from gateway.telemetry.exposition import exposition
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.record import Recorder
from gateway.telemetry.repeats import Repeats
from gateway.telemetry.sampling import Sampling
from tests import builders as b
from tests.walk import decide

SECRET = "c4n4ry-in-a-message"


class Ears:
    """What was written, line by line, and the metrics."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.log = Log(self.lines.append, lambda: 1_800_000_000.0)
        self.metrics = Metrics({"orders": ("orders-read",)}, version="0")

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def counted(self, series: str) -> float:
        text = exposition(self.metrics.series).decode()
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(series)]
        return sum(map(float, values))


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def hooks() -> Iterator[None]:
    before = threading.excepthook, sys.unraisablehook
    yield
    threading.excepthook, sys.unraisablehook = before


def test_a_decision_is_counted_and_written_once(ears: Ears) -> None:
    recorder = Recorder(Fingerprints(b"k" * 32), frozenset(), ears.lines.append, lambda: 1_800_000_000.0)
    watch = DecisionWatch(recorder, ears.metrics)
    watch.decided(Deny(reason=Reason.POLICY_UNKNOWN), None, dialect="nginx", peer="10.0.0.1", seconds=0.001)
    (record,) = ears.said()
    assert record["event.reason"] == "policy_unknown"
    assert ears.counted("token_gateway_decisions_total{") == 1


def test_a_remembered_permit_is_counted_and_written_as_a_new_one(ears: Ears) -> None:
    facts = b.facts(b"/v1/orders", b.bearer())
    again_facts = facts._replace(peer="10.0.0.1")
    watch = DecisionWatch(recorder_of(ears), ears.metrics)
    for reuse_s, jti in ((20, None), (0, "another")):
        world = b.snapshot(b.policy(b.route(downstream=b.downstream(reuse_s=reuse_s))))
        permit = decide(facts, world)
        assert isinstance(permit, Permit)
        assert permit.downstream is not None
        watch.decided(permit, facts, dialect="nginx", peer="10.0.0.1", seconds=0.001)
        downstream = None if jti is None else permit.downstream._replace(jti=jti)
        watch.again(watch.remember(permit, "nginx"), again_facts, b.policy(), downstream, 0.001)
    first, second, third, fourth = ears.said()
    assert first == second == third == fourth | {"token_gateway.downstream.jti": b.JTI}
    assert fourth["token_gateway.downstream.jti"] == "another"
    assert ears.counted("token_gateway_decisions_total{") == 4
    assert ears.counted("token_gateway_minted_total{") == 3
    assert ears.counted("token_gateway_decision_seconds_count") == 4


def test_what_has_no_record_is_counted_and_summed_up(ears: Ears) -> None:
    recorder = recorder_of(ears, repeats=Repeats(keep=1, per_s=10), sampling=Sampling(0.5, lambda: 0.9))
    watch = DecisionWatch(recorder, ears.metrics)
    facts = b.facts(b"/v1/orders", b.bearer())
    for verdict in (decide(facts), *[Deny(reason=Reason.POLICY_UNKNOWN)] * 3):
        watch.decided(verdict, facts, dialect="nginx", peer="10.0.0.1", seconds=0.001)
    watch.tick()
    assert len(ears.lines) == 1
    watch.close()
    watch.tick()
    assert [line.get("token_gateway.suppressed") for line in ears.said()] == [None, 2]
    assert ears.counted("token_gateway_decisions_total{") == 4
    assert ears.counted("token_gateway_records_suppressed_total") == 2
    assert ears.counted("token_gateway_records_sampled_out_total") == 1


def recorder_of(ears: Ears, **volume: Any) -> Recorder:
    return Recorder(
        Fingerprints(b"k" * 32), frozenset(), ears.lines.append, lambda: 1_800_000_000.0, **volume
    )


def test_a_failed_fetch_is_told_and_a_good_one_only_counted(ears: Ears) -> None:
    watch = KeysWatch(ears.log, ears.metrics)
    for outcome in ("refreshed", "unchanged", "timeout"):
        watch.fetched("corp", outcome)
    (line,) = ears.said()
    assert (line["event.action"], line["token_gateway.outcome"]) == ("keys_not_fetched", "timeout")
    assert ears.counted("token_gateway_keys_fetches_total{") == 3


def test_each_dropped_key_is_told_with_its_place(ears: Ears) -> None:
    dropped = (DroppedKey(index=0, why="symmetric key"), DroppedKey(index=3, why="use is not sig"))
    KeysWatch(ears.log, ears.metrics).dropped("corp", dropped)
    assert [line["token_gateway.index"] for line in ears.said()] == [0, 3]
    assert ears.counted("token_gateway_keys_dropped{") == 2


def test_what_becomes_of_the_deny_list_is_told(ears: Ears) -> None:
    watch = DenyListWatch(ears.log)
    watch.changed(3)
    watch.refused([f"revoked.yaml:{line}:1 is wrong" for line in range(1, 50)])
    watch.healed()
    actions = [line.get("event.action") for line in ears.said()]
    assert actions[:1] == ["revocations_changed"]
    assert actions[1:12] == ["revocations_refused"] * 10 + ["revocations_healed"]
    assert ears.said()[0]["token_gateway.count"] == 3
    assert ears.said()[1]["token_gateway.problem"] == "revoked.yaml:1:1 is wrong"


@pytest.mark.long
@pytest.mark.usefixtures("hooks")
async def test_a_stray_exception_is_a_bug_without_its_message(ears: Ears) -> None:
    loop = asyncio.get_running_loop()
    BugWatch(ears.log, ears.metrics).catch_strays(loop)

    async def stray() -> None:
        raise ValueError(SECRET)

    def in_a_thread() -> None:
        raise ValueError(SECRET)

    class Unraisable:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    task = asyncio.create_task(stray())
    await asyncio.wait({task})
    del task
    gc.collect()
    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join(30)
    Unraisable()
    gc.collect()
    loop.set_exception_handler(None)
    assert [line["error.type"] for line in ears.said()] == ["ValueError"] * 3
    assert ears.counted("token_gateway_bugs_total") == 3
    assert SECRET not in b"".join(ears.lines).decode()


def test_a_refused_configuration_is_told_with_all_its_problems() -> None:
    ears = Ears()
    watch = ReloadWatch(ears.log, ears.metrics)
    problems = [
        Problem(file="gateway.yaml", line=line, column=1, path="policies", what="is wrong", fix="mend it")
        for line in (3, 7)
    ]
    watch.refused(ConfigError(problems), "0123")
    *each, summary = ears.said()
    assert [line["token_gateway.problem"][:15] for line in each] == ["gateway.yaml:3:", "gateway.yaml:7:"]
    assert summary["event.action"] == "config_refused"
    assert (summary["token_gateway.count"], summary["token_gateway.generation"]) == (2, "0123")
    assert ears.counted("token_gateway_config_refused") == 1


def test_an_adopted_configuration_is_told_by_its_generation() -> None:
    ears = Ears()
    ReloadWatch(ears.log, ears.metrics).adopted("0123")
    (line,) = ears.said()
    assert (line["event.action"], line["token_gateway.generation"]) == ("config_reloaded", "0123")
    assert ears.counted('token_gateway_config_reloads_total{outcome="adopted"}') == 1
    assert ears.counted("token_gateway_config_refused") == 0


def test_our_own_keys_are_shown_and_every_change_is_told(ears: Ears) -> None:
    watch = CustodyWatch(ears.log, ears.metrics)
    # One name of a key in 1,700 holds what may begin a JWT by chance, and is cut in the log.
    key = next(key for _ in range(9) if redact((key := SigningKey.generate("ES256")).kid) == key.kid)
    stored = StoredKey(key=key, state=KeyState.ACTIVE, created_at=1, since=1_800_000_123)
    keyring = Keyring([stored], algorithm="ES256")
    watch.loaded(keyring)
    assert ears.lines == []
    assert ears.counted('token_gateway_signing_keys{state="active"}') == 1
    assert ears.counted("token_gateway_signing_key_store_failed") == 0
    watch.store_failed(KeyStoreError(path=Path("keys"), what="is missing", fix="restore it"))
    assert ears.counted("token_gateway_signing_key_store_failed") == 1
    assert ears.counted('token_gateway_signing_keys{state="active"}') == 1
    assert ears.counted("token_gateway_signing_key_activated_timestamp_seconds ") == 1_800_000_123
    watch.store_healed()
    assert ears.counted("token_gateway_signing_key_store_failed") == 0
    watch.keys_changed(Keyring([], algorithm="ES256"))
    assert ears.counted("token_gateway_signing_keys{") == 0
    assert ears.counted("token_gateway_signing_key_activated_timestamp_seconds ") == 0, "no series"
    watch.keys_changed(keyring)
    assert [line["event.action"] for line in ears.said()] == [
        "signing_key_store_failed",
        "signing_key_store_healed",
        "signing_keys_changed",
        "signing_keys_changed",
    ]
    assert ears.said()[0]["token_gateway.problem"] == "keys: is missing. Fix: restore it."
    assert [line.get("token_gateway.key") for line in ears.said()[2:]] == ["", key.kid]
