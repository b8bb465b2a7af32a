"""Who is told of what happens? The record, the metrics and the operator's log, for every kind of event."""

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gateway.config.problem import ConfigError
from gateway.core.facts import RequestFacts
from gateway.core.jwk import DroppedKey
from gateway.core.mint import DownstreamToken
from gateway.core.policy import Policy
from gateway.core.verdict import Permit, Verdict
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.sources.outcome import REFRESHED, UNCHANGED
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics, Tally
from gateway.telemetry.record import Recorder


class Remembered(NamedTuple):
    """What is known beforehand of the next decision for the same token on the same route."""

    shared: str
    token: str
    downstream: str
    tally: Tally
    """Beside these, what a `Note` has: flat, for there may be a hundred thousand of them."""


@dataclass(slots=True)
class DecisionWatch:
    """Told of every decision (`gateway.server.engine.Observer`)."""

    recorder: Recorder
    """Another one after a reload, as the configuration then says what a record reveals."""
    metrics: Metrics

    def decided(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        """Count it and write it down."""
        self.metrics.decided(verdict, dialect=dialect, seconds=seconds)
        self.recorder.record(verdict, facts, dialect=dialect, peer=peer, seconds=seconds)

    def remember(self, permit: Permit, dialect: str) -> Remembered:
        """Give what `again` needs. Neither counts nor writes; holds nothing of the permit itself."""
        # Without a blank the same token goes out again; else another will be named each time.
        again = permit.remember is None or permit.remember.blank is None
        note = self.recorder.note(permit, dialect, names_minted=again)
        return Remembered(*note, self.metrics.tally(permit, dialect))

    def again(
        self,
        known: Remembered,
        facts: RequestFacts,
        policy: Policy,
        downstream: DownstreamToken | None,
        seconds: float,
    ) -> None:
        """Count a permit that is remembered, and write it down: what `decided` would have done.

        `downstream` is the token where another was minted for this request; None: the one of the note.
        """
        known.tally.count(seconds, minted=downstream is not None)
        self.recorder.again(known, facts, policy, None if known.downstream else downstream, seconds)

    def tick(self) -> None:
        """Write the summaries that are due, and count what has no record. To be called about every second."""
        self.recorder.tick()
        self._count_left_out()

    def close(self) -> None:
        """Write every summary: before the last flush of the lines, and before another recorder takes over."""
        self.recorder.flush()
        self._count_left_out()

    # --- private ---

    def _count_left_out(self) -> None:
        left_out = self.recorder.left_out()
        self.metrics.records_left_out(sampled_out=left_out.sampled_out, suppressed=left_out.suppressed)


@dataclass(frozen=True, slots=True)
class KeysWatch:
    """Told of every attempt to read an issuer's keys (`gateway.sources.outcome.KeysObserver`)."""

    log: Log
    metrics: Metrics

    def fetched(self, issuer_id: str, outcome: str) -> None:
        """Count it; tell the operator where it failed."""
        self.metrics.keys_fetched(issuer_id, outcome)
        if outcome not in {REFRESHED, UNCHANGED}:
            self.log.warning("keys_not_fetched", issuer=issuer_id, outcome=outcome)

    def dropped(self, issuer_id: str, keys: tuple[DroppedKey, ...]) -> None:
        """Tell the operator of each key that is not believed."""
        self.metrics.keys_dropped(issuer_id, len(keys))
        for key in keys:
            self.log.warning("key_dropped", issuer=issuer_id, index=key.index, why=key.why)


@dataclass(slots=True)
class CustodyWatch:
    """Told of our own keys (`gateway.keys.custody.CustodyObserver`)."""

    log: Log
    metrics: Metrics
    _states: Mapping[str, int] = field(default_factory=dict)
    _signs_since: int | None = None
    _failed: bool = False

    def loaded(self, keyring: Keyring) -> None:
        """Show how many keys there are, and since when one of them signs, at the start."""
        self._states = Counter(key.state.value for key in keyring.public_keys())
        self._signs_since = keyring.signs_since
        self._show()

    def keys_changed(self, keyring: Keyring) -> None:
        """Say which key signs now, and how many are published."""
        self.loaded(keyring)
        signer = keyring.signer()
        kid = "" if signer is None else signer.kid
        self.log.info("signing_keys_changed", key=kid, count=len(keyring.public_keys()))

    def store_failed(self, error: KeyStoreError) -> None:
        """Say what is wrong; the last good keys stay."""
        self._failed = True
        self._show()
        self.log.error("signing_key_store_failed", problem=str(error))

    def store_healed(self) -> None:
        """Say that the store is good again."""
        self._failed = False
        self._show()
        self.log.info("signing_key_store_healed")

    # --- private ---

    def _show(self) -> None:
        self.metrics.signing_keys(self._states, signs_since=self._signs_since, store_failed=self._failed)


@dataclass(frozen=True, slots=True)
class DenyListWatch:
    """Told of what becomes of the deny list (`gateway.server.deny_list.DenyListObserver`)."""

    log: Log

    def changed(self, count: int) -> None:
        """Say how long the list in use is."""
        self.log.info("revocations_changed", count=count)

    def refused(self, problems: Sequence[str]) -> None:
        """Say what is wrong with the file, the first of it; the list in use stays."""
        for problem in problems[:10]:
            self.log.warning("revocations_refused", problem=problem)

    def healed(self) -> None:
        """Say that the file is good again."""
        self.log.info("revocations_healed")


@dataclass(frozen=True, slots=True)
class ReloadWatch:
    """Told of what became of each new configuration (`gateway.server.reload.Observer`)."""

    log: Log
    metrics: Metrics

    def adopted(self, generation: str) -> None:
        """Say which one is in use now."""
        self.metrics.reloaded("adopted", refused=False)
        self.log.info("config_reloaded", generation=generation)

    def refused(self, error: ConfigError, generation: str) -> None:
        """Say every problem, and which one stays in use."""
        self.metrics.reloaded("refused", refused=True)
        for problem in error.problems:
            self.log.error("config_problem", problem=str(problem))
        self.log.error("config_refused", count=len(error.problems), generation=generation)


@dataclass(frozen=True, slots=True)
class BugWatch:
    """Told of every exception that nobody expected. Never writes its message: it may hold a token."""

    log: Log
    metrics: Metrics

    def bug(self, error: BaseException) -> None:
        """Count it, and write where it came from."""
        self.metrics.bug()
        self.log.bug(error)

    def catch_strays(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over exceptions that nobody waits for, whose messages Python itself would print."""
        loop.set_exception_handler(self._on_loop)
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable

    # --- private ---

    def _on_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.metrics.bug()
        self.log.loop_exception(loop, context)

    def _on_thread(self, stray: threading.ExceptHookArgs) -> None:
        if stray.exc_value is not None:
            self.bug(stray.exc_value)

    def _on_unraisable(self, stray: "sys.UnraisableHookArgs") -> None:
        self.bug(stray.exc_value or RuntimeError())
