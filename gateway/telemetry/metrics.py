"""What is counted?

Names and labels are in `families`. A label's value comes from the configuration or from a closed list;
anything else counts as `unknown`, so that no client can make a series. A number is an element of a list:
counting is one addition, and whoever counts the same again keeps the list.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.telemetry.backend_tally import STATUSES, BackendTally
from gateway.telemetry.families import SECONDS, Labels, Numbers, Series, no_seconds, no_series
from gateway.telemetry.merge import dump

UNKNOWN: Final = "unknown"
DIALECTS: Final = ("nginx", "traefik", "caddy", "haproxy", "envoy", "envoy-grpc", "edge")
FETCHED: Final = frozenset({"refreshed", "unchanged"})
"""Outcomes of a fetch that brought keys."""
UNASKED: Final = frozenset({"budget_spent", "internal"})
"""Outcomes that say nothing about whether the issuer is down."""

CERTIFICATES: Final = ("certificate_not_before_timestamp_seconds", "certificate_not_after_timestamp_seconds")

MAX_WORDS: Final = 64
"""Values of a label whose closed list lives in a room above this one; further ones are `unknown`."""
MAX_ISSUERS: Final = 256
MAX_SERIES: Final = 20_000
"""Of one family. Routes of former configurations stay counted; beyond this, new ones are `unknown`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the permits of one route are counted. Shared by everything that is remembered of the route."""

    decisions: Numbers
    minted: Numbers
    seconds: Numbers

    def count(self, seconds: float, *, minted: bool) -> None:
        """One more permit. Units: `seconds` is how long it took."""
        self.decisions[0] += 1
        if minted:
            self.minted[0] += 1
        numbers = self.seconds
        numbers[bisect_left(SECONDS, seconds)] += 1
        numbers[-1] += seconds


class Metrics:
    """The numbers of this process."""

    def __init__(self, routes: Mapping[str, tuple[str, ...]], *, version: str) -> None:
        """`routes` are the ids of the configured routes, by policy id."""
        self._series = no_series()
        self._seconds = self._series["decision_seconds"]
        for name in (*DIALECTS, UNKNOWN):
            self._seconds[name,] = no_seconds()
        self._decisions: dict[Labels, Numbers] = {}
        self._tallies: dict[Labels, Tally] = {}
        self._words: dict[str, set[str]] = {}
        self._read: set[str] = set()
        """Issuers whose keys have been read at least once."""
        self.routes_changed(routes)
        self._set("build_info", 1, version)

    def routes_changed(self, routes: Mapping[str, tuple[str, ...]]) -> None:
        """Take on the ids of another configuration. What was counted under former ones stays."""
        self._routes = {policy: frozenset(ids) for policy, ids in routes.items()}
        # What counted as unknown may be known now. Lists that somebody keeps stay those of their series.
        self._decisions.clear()
        self._tallies.clear()

    # decisions

    def decided(self, verdict: Verdict, *, dialect: str, seconds: float) -> None:
        """One decision. Units: `seconds` is how long it took."""
        if isinstance(verdict, Permit):
            self.tally(verdict, dialect).count(seconds=seconds, minted=verdict.downstream is not None)
            return
        policy = verdict.context.policy
        name, reason = _outcome(verdict)
        self._decision(UNKNOWN if policy is None else policy.id, dialect, name, reason)[0] += 1
        numbers = self._seconds_of(dialect)
        numbers[bisect_left(SECONDS, seconds)] += 1
        numbers[-1] += seconds

    def tally(self, permit: Permit, dialect: str) -> Tally:
        """Where this permit, and every other of its route in this dialect, is counted."""
        policy, route = permit.context.policy, permit.context.route
        policy_id = UNKNOWN if policy is None else policy.id
        route_id = UNKNOWN if route is None else route.id
        known = self._tallies.get((policy_id, route_id, dialect))
        if known is None:
            known = self._new_tally(policy_id, route_id, dialect, mints=permit.downstream is not None)
        return known

    def malformed(self, why: str) -> None:
        """A request that is not HTTP as we take it; `why` is one of `gateway.server.http1.fault.Fault`."""
        self._add("requests_malformed_total", 1, self._bounded("why", why))

    def bug(self) -> None:
        """An exception that nobody expected."""
        self._add("bugs_total", 1)

    def remembered(self, outcomes: Mapping[str, int], *, entries: int, size_bytes: int, evicted: int) -> None:
        """What the memory of permits has counted since the start (`outcomes`, `evicted`), and holds now."""
        for outcome, total in outcomes.items():
            self._set("memo_total", total, self._bounded("memo", outcome))
        self._set("memo_entries", entries)
        self._set("memo_bytes", size_bytes)
        self._set("memo_evictions_total", evicted)

    # the edge

    def backends(self, tallies: Mapping[str, BackendTally]) -> None:
        """What has come of the requests that went on, by upstream id, since the start."""
        for upstream, tally in tallies.items():
            for status, count in zip(STATUSES, tally.answers, strict=True):
                if count:
                    self._set("edge_answers_total", count, upstream, status)
            self._series["edge_seconds"][upstream,] = tally.seconds

    def backends_now(self, requests: Mapping[str, int], servers: Mapping[str, Mapping[str, int]]) -> None:
        """How many requests are under way at each upstream, and how many of its servers are in which state.

        One that is not named has no series.
        """
        for name in ("edge_requests", "edge_servers"):
            self._series[name].clear()
        for upstream, count in requests.items():
            self._set("edge_requests", count, upstream)
        for upstream, states in servers.items():
            for state, count in states.items():
                self._set("edge_servers", count, upstream, state)

    # issuers' keys, our own keys, revocation

    def keys_fetched(self, issuer_id: str, outcome: str) -> None:
        """An attempt to read an issuer's keys; `outcome` is one of `gateway.sources.outcome.OUTCOMES`.

        After a failure, keys that were read before are stale: used because the issuer is down.
        """
        issuer_id = self._issuer(issuer_id)
        self._add("keys_fetches_total", 1, issuer_id, self._bounded("outcome", outcome))
        if outcome in FETCHED:
            self._read.add(issuer_id)
            self._set("keys_stale", 0, issuer_id)
        elif issuer_id in self._read and outcome not in UNASKED:
            self._set("keys_stale", 1, issuer_id)

    def keys_dropped(self, issuer_id: str, count: int) -> None:
        """How many keys of the issuer's newest document are not believed."""
        self._set("keys_dropped", count, self._issuer(issuer_id))

    def keys_age(self, issuer_id: str, age_s: float | None) -> None:
        """How long ago the issuer's keys were last read; None, never, has no series."""
        if age_s is not None:
            self._set("keys_age_seconds", age_s, self._issuer(issuer_id))

    def issuers_ready(self, ready: Mapping[str, bool]) -> None:
        """For which issuers, by id, tokens can be decided now. An issuer that is not named has no series."""
        self._series["issuer_ready"].clear()
        for issuer_id, is_ready in ready.items():
            self._set("issuer_ready", is_ready, self._issuer(issuer_id))

    def issuers_gone(self, issuer_ids: Iterable[str]) -> None:
        """These are no longer configured: what is said of them as of now ends, what was counted stays."""
        for issuer_id in map(self._issuer, issuer_ids):
            self._read.discard(issuer_id)
            for name in ("keys_age_seconds", "keys_dropped", "keys_stale"):
                self._series[name].pop((issuer_id,), None)

    def signing_keys(self, states: Mapping[str, int], *, signs_since: int | None, store_failed: bool) -> None:
        """How many keys of our own are in each state, and whether their store cannot be read now.

        `signs_since` is when the active one began to sign, in seconds since the epoch; None: there is none.
        """
        for name in ("signing_keys", "signing_key_activated_timestamp_seconds"):
            self._series[name].clear()
        for state, count in states.items():
            self._set("signing_keys", count, self._bounded("state", state))
        if signs_since is not None:
            self._set("signing_key_activated_timestamp_seconds", signs_since)
        self._set("signing_key_store_failed", store_failed)

    def certificates(
        self, listeners: Mapping[str, tuple[int, int]], upstreams: Mapping[str, tuple[int, int]]
    ) -> None:
        """From when until when is good what is shown: by each listener, and to the servers of each upstream.

        Units: seconds since the epoch. One that is not named shows nothing, and has no series.
        """
        shown = {(name, ""): good for name, good in listeners.items()}
        shown |= {("", name): good for name, good in upstreams.items()}
        for place, name in enumerate(CERTIFICATES):
            self._series[name].clear()
            for labels, good in shown.items():
                self._set(name, good[place], *labels)

    def revocations(self, entries: int, *, refused: bool) -> None:
        """How long the deny list in use is, and whether a newer one could not be used."""
        self._set("revocations", entries)
        self._set("revocations_refused", refused)

    # the process

    def configured(self, *, generation: str, insecure_choices: int) -> None:
        """Which configuration is in use, and how many insecure choices it asks for by name."""
        self._series["config_info"].clear()
        self._set("config_info", 1, generation)
        self._set("insecure_choices", insecure_choices)

    def reloaded(self, outcome: str, *, refused: bool) -> None:
        """An attempt to take on a changed configuration; `refused`: the newest one is not in use."""
        self._add("config_reloads_total", 1, self._bounded("reload", outcome))
        self._set("config_refused", refused)

    def workers(self, running: int, *, restarts: int) -> None:
        """For the supervisor: how many workers run, and how many were started in place of an ended one."""
        self._set("workers", running)
        self._set("worker_restarts_total", restarts)

    def connections(self, counts: Mapping[str, int]) -> None:
        """How many connections each listener holds now."""
        for listener, count in counts.items():
            self._set("connections", count, listener)

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop was at worst, since the last look."""
        self._set("loop_lag_seconds", seconds)

    def lines_dropped(self, total: int) -> None:
        """How many lines of log nobody will read, since the start."""
        self._set("log_lines_dropped_total", max(total, self._numbers("log_lines_dropped_total", ())[0]))

    def records_left_out(self, *, sampled_out: int, suppressed: int) -> None:
        """How many more decisions have no record of their own: allowed ones, refusals."""
        self._add("records_sampled_out_total", sampled_out)
        self._add("records_suppressed_total", suppressed)

    # what comes out

    @property
    def series(self) -> Series:
        """Every number, for `merge.Workers`. To be read and not kept."""
        return self._series

    def dump(self) -> bytes:
        """Give every number as one text, for `merge.Workers.heard` in another process."""
        return dump(self._series)

    # --- private ---

    def _decision(self, policy_id: str, dialect: str, name: str, reason: str) -> Numbers:
        known = self._decisions.get((policy_id, dialect, name, reason))
        if known is None:
            key = (
                policy_id if policy_id in self._routes else UNKNOWN,
                dialect if (dialect,) in self._seconds else UNKNOWN,
                name,
                reason,
            )
            known = self._decisions[key] = self._numbers("decisions_total", key)
        return known

    def _seconds_of(self, dialect: str) -> Numbers:
        return self._seconds.get((dialect,)) or self._seconds[UNKNOWN,]

    def _new_tally(self, policy_id: str, route_id: str, dialect: str, *, mints: bool) -> Tally:
        known = route_id in self._routes.get(policy_id, ())
        minted = (policy_id, route_id) if known else (UNKNOWN, UNKNOWN)
        tally = Tally(
            decisions=self._decision(policy_id, dialect, "permit", ""),
            minted=self._numbers("minted_total", minted) if mints else [0],
            seconds=self._seconds_of(dialect),
        )
        if known and (dialect,) in self._seconds:
            self._tallies[policy_id, route_id, dialect] = tally
        return tally

    def _numbers(self, family: str, labels: Labels) -> Numbers:
        """The number of one series, made at its first use; `unknown` where the family is full."""
        members = self._series[family]
        known = members.get(labels)
        if known is None:
            if len(members) >= MAX_SERIES:
                labels = (UNKNOWN,) * len(labels)
            known = members.setdefault(labels, [0])
        return known

    def _add(self, family: str, count: int, *labels: str) -> None:
        self._numbers(family, labels)[0] += count

    def _set(self, family: str, value: float, *labels: str) -> None:
        self._numbers(family, labels)[0] = value + 0  # True is 1

    def _issuer(self, issuer_id: str) -> str:
        return self._bounded("issuer", issuer_id, MAX_ISSUERS)

    def _bounded(self, kind: str, word: str, limit: int = MAX_WORDS) -> str:
        """The word, or `unknown` where its kind has had so many others."""
        seen = self._words.setdefault(kind, set())
        if word in seen or len(seen) < limit:
            seen.add(word)
            return word
        return UNKNOWN


# --- private ---


def _outcome(verdict: Deny | Indeterminate | Preflight) -> tuple[str, str]:
    match verdict:
        case Deny(reason=reason):
            return "deny", reason.value
        case Indeterminate(reason=reason):
            return "indeterminate", reason.value
        case Preflight():
            return "preflight", ""
        case _:
            assert_never(verdict)
