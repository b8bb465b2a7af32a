"""What is counted, and under which names?

Every metric's name and labels are here. A label's value comes from the configuration or from a closed list;
anything else counts as `unknown`, so that no client can make a series. The hot path is two dictionary
look-ups: a series is made once and kept.
"""

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
"""The exposition format that every Prometheus reads."""

UNKNOWN: Final = "unknown"
DIALECTS: Final = ("nginx", "traefik", "caddy", "haproxy", "envoy", "edge")
FETCHED: Final = frozenset({"refreshed", "unchanged"})
"""Outcomes of a fetch that brought keys."""
UNASKED: Final = frozenset({"budget_spent", "internal"})
"""Outcomes that say nothing about whether the issuer is down."""

MAX_WORDS: Final = 64
"""Values of a label whose closed list lives in a room above this one; further ones are `unknown`."""
MAX_ISSUERS: Final = 256

SECONDS: Final = (
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
"""A remembered token takes tens of microseconds, a new one hundreds, a fetch up to seconds."""


class Metrics:
    """The process's metrics, in a registry of their own."""

    def __init__(self, routes: Mapping[str, tuple[str, ...]], *, version: str) -> None:
        """`routes` are the ids of the configured routes, by policy id."""
        self._registry = CollectorRegistry()
        self._families = _Families(self._registry)
        self._families.build.labels(version).set(1)
        self._routes = dict(routes)
        self._decisions: dict[tuple[str, str, str, str], Counter] = {}
        self._minted: dict[tuple[str, str], Counter] = {}
        self._seconds = {name: self._families.seconds.labels(name) for name in (*DIALECTS, UNKNOWN)}
        self._faults = _Words(MAX_WORDS)
        self._outcomes = _Words(MAX_WORDS)
        self._issuers = _Words(MAX_ISSUERS)
        self._read: set[str] = set()
        """Issuers whose keys have been read at least once."""
        self._lines_dropped = 0

    # decisions

    def decided(self, verdict: Verdict, *, dialect: str, seconds: float) -> None:
        """One decision. Units: `seconds` is how long it took."""
        policy = verdict.context.policy
        policy_id = UNKNOWN if policy is None else policy.id
        name, reason = _outcome(verdict)
        child = self._decisions.get((policy_id, dialect, name, reason))
        if child is None:
            child = self._new_decision(policy_id, dialect, name, reason)
        child.inc()
        (self._seconds.get(dialect) or self._seconds[UNKNOWN]).observe(seconds)
        if name == "permit":
            self._count_minted(verdict, policy_id)

    def malformed(self, why: str) -> None:
        """A request that is not HTTP as we take it; `why` is one of `gateway.server.http1.fault.Fault`."""
        self._families.malformed.labels(self._faults.bounded(why)).inc()

    def bug(self) -> None:
        """An exception that nobody expected."""
        self._families.bugs.inc()

    # issuers' keys

    def keys_fetched(self, issuer_id: str, outcome: str) -> None:
        """An attempt to read an issuer's keys; `outcome` is one of `gateway.sources.outcome.OUTCOMES`.

        After a failure, keys that were read before are stale: used because the issuer is down.
        """
        issuer_id = self._issuers.bounded(issuer_id)
        self._families.fetches.labels(issuer_id, self._outcomes.bounded(outcome)).inc()
        if outcome in FETCHED:
            self._read.add(issuer_id)
            self._families.stale.labels(issuer_id).set(0)
        elif issuer_id in self._read and outcome not in UNASKED:
            self._families.stale.labels(issuer_id).set(1)

    def keys_dropped(self, issuer_id: str, count: int) -> None:
        """How many keys of the issuer's newest document are not believed."""
        self._families.dropped.labels(self._issuers.bounded(issuer_id)).set(count)

    def keys_age(self, issuer_id: str, age_s: float | None) -> None:
        """How long ago the issuer's keys were last read; None, never, has no series."""
        if age_s is not None:
            self._families.age.labels(self._issuers.bounded(issuer_id)).set(age_s)

    # the process

    def configured(self, *, generation: str, insecure_choices: int) -> None:
        """Which configuration is in use, and how many insecure choices it asks for by name."""
        self._families.config.clear()
        self._families.config.labels(generation).set(1)
        self._families.insecure.set(insecure_choices)

    def connections(self, count: int) -> None:
        """How many connections the decision listener holds now."""
        self._families.connections.set(count)

    def lines_dropped(self, total: int) -> None:
        """How many lines of log nobody will read, since the start."""
        self._families.lines_dropped.inc(max(0, total - self._lines_dropped))
        self._lines_dropped = max(total, self._lines_dropped)

    def exposition(self) -> tuple[bytes, bytes]:
        """Give the body of `/metrics` and its content type."""
        return generate_latest(_WithoutCreated(self._registry)), CONTENT_TYPE

    # --- private ---

    def _new_decision(self, policy_id: str, dialect: str, name: str, reason: str) -> Counter:
        key = (
            policy_id if policy_id in self._routes else UNKNOWN,
            dialect if dialect in self._seconds else UNKNOWN,
            name,
            reason,
        )
        child = self._decisions.get(key)
        if child is None:
            child = self._decisions[key] = self._families.decisions.labels(*key)
        return child

    def _count_minted(self, verdict: Verdict, policy_id: str) -> None:
        route = verdict.context.route
        if not isinstance(verdict, Permit) or verdict.downstream is None or route is None:
            return
        key = (policy_id, route.id)
        child = self._minted.get(key)
        if child is None:
            if route.id not in self._routes.get(policy_id, ()):
                key = (UNKNOWN, UNKNOWN)
            child = self._minted[key] = self._families.minted.labels(*key)
        child.inc()


# --- private ---


class _Families:
    """Every metric, by name."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"token_gateway_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"token_gateway_{name}", text, labels, registry=registry)

        self.decisions = counter("decisions_total", "Decisions.", "policy", "dialect", "verdict", "reason")
        self.seconds = Histogram(
            "token_gateway_decision_seconds",
            "How long a decision took.",
            ("dialect",),
            buckets=SECONDS,
            registry=registry,
        )
        self.minted = counter("minted_total", "Tokens minted for backends.", "policy", "route")
        self.malformed = counter("requests_malformed_total", "Requests refused unread.", "why")
        self.fetches = counter(
            "keys_fetches_total", "Attempts to read an issuer's keys.", "issuer", "outcome"
        )
        self.age = gauge("keys_age_seconds", "Since an issuer's keys were last read.", "issuer")
        self.dropped = gauge("keys_dropped", "Keys in an issuer's document that are not believed.", "issuer")
        self.stale = gauge("keys_stale", "1 while old keys are used because the issuer is down.", "issuer")
        self.bugs = counter("bugs_total", "Exceptions that nobody expected.")
        self.lines_dropped = counter("log_lines_dropped_total", "Log lines that nobody will read.")
        self.connections = gauge("connections", "Open connections of the decision listener.")
        self.config = gauge("config_info", "The configuration in use.", "generation")
        self.insecure = gauge("insecure_choices", "Insecure choices that the configuration asks for.")
        self.build = gauge("build_info", "The version that runs.", "version")


class _Words:
    """The values that one label has had, up to a bound."""

    __slots__ = ("_limit", "_seen")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def bounded(self, word: str) -> str:
        if word in self._seen:
            return word
        if len(self._seen) == self._limit:
            return UNKNOWN
        self._seen.add(word)
        return word


class _WithoutCreated(Collector):
    """Leaves out the `_created` twin of each series, which nobody reads; the library's switch is global."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family


def _outcome(verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case Permit():
            return "permit", ""
        case Deny(reason=reason):
            return "deny", Reason(reason).value
        case Indeterminate(reason=reason):
            return "indeterminate", Reason(reason).value
        case Preflight():
            return "preflight", ""
        case _:
            assert_never(verdict)
