"""Which metrics are there, and how do those of several processes become one?

The only table of names: docs/telemetry.md is made from it, `metrics` counts under it, `exposition` writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

PREFIX: Final = "token_gateway_"

SECONDS: Final = (
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
"""A remembered token takes tens of microseconds, a new one hundreds, a fetch up to seconds."""


@unique
class Kind(Enum):
    """What a number means, and how the numbers of several processes merge."""

    COUNTER = "counter"
    """Only grows. They add, and those of a process that has ended stay."""
    HISTOGRAM = "histogram"
    """Counts by upper bound, and a sum. They add, and stay."""
    GAUGE_SUM = "gauge, the sum"
    """Each process has a part: connections, entries."""
    GAUGE_MAX = "gauge, the largest"
    """One process in trouble is trouble; and what all say alike."""
    GAUGE_MIN = "gauge, the smallest"
    """Done where all have done it."""

    @property
    def stays(self) -> bool:
        """Whether what an ended process has counted still counts."""
        return self in {Kind.COUNTER, Kind.HISTOGRAM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric. `name` without the prefix; a counter's ends in `_total`."""

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()


def _family(name: str, kind: Kind, text: str, *labels: str) -> Family:
    return Family(name=name, kind=kind, text=text, labels=labels)


FAMILIES: Final[Mapping[str, Family]] = {
    family.name: family
    for family in (
        # decisions
        _family("decisions_total", Kind.COUNTER, "Decisions.", "policy", "dialect", "verdict", "reason"),
        _family("decision_seconds", Kind.HISTOGRAM, "How long a decision took.", "dialect"),
        _family("minted_total", Kind.COUNTER, "Tokens minted for backends.", "policy", "route"),
        _family("requests_malformed_total", Kind.COUNTER, "Requests refused unread.", "why"),
        # the edge
        _family("edge_answers_total", Kind.COUNTER, "Answers of backends, by class.", "upstream", "status"),
        _family("edge_seconds", Kind.HISTOGRAM, "Until a backend's answer began.", "upstream"),
        _family("edge_requests", Kind.GAUGE_SUM, "Requests under way at a backend.", "upstream"),
        _family("edge_servers", Kind.GAUGE_MAX, "A backend's servers, by state.", "upstream", "state"),
        # the memory of permits
        _family("memo_total", Kind.COUNTER, "Look-ups in the memory of permits.", "outcome"),
        _family("memo_entries", Kind.GAUGE_SUM, "Permits that are remembered."),
        _family("memo_bytes", Kind.GAUGE_SUM, "What the remembered permits take."),
        _family("memo_evictions_total", Kind.COUNTER, "Permits forgotten for want of room."),
        # issuers' keys
        _family(
            "keys_fetches_total", Kind.COUNTER, "Attempts to read an issuer's keys.", "issuer", "outcome"
        ),
        _family("keys_age_seconds", Kind.GAUGE_MAX, "Since an issuer's keys were last read.", "issuer"),
        _family(
            "keys_dropped", Kind.GAUGE_MAX, "Keys in an issuer's document that are not believed.", "issuer"
        ),
        _family(
            "keys_stale", Kind.GAUGE_MAX, "1 while old keys are used because the issuer is down.", "issuer"
        ),
        _family("issuer_ready", Kind.GAUGE_MIN, "1 where tokens of the issuer can be decided.", "issuer"),
        # our own keys
        _family("signing_keys", Kind.GAUGE_MAX, "The gateway's own keys.", "state"),
        _family("signing_key_store_failed", Kind.GAUGE_MAX, "1 while the store of our keys cannot be read."),
        _family(
            "signing_key_activated_timestamp_seconds",
            Kind.GAUGE_MIN,
            "When the one of our keys that signs began to.",
        ),
        # the certificates that we show
        _family(
            "certificate_not_before_timestamp_seconds",
            Kind.GAUGE_MIN,
            "Since when the certificate is good that ends first of those shown there.",
            "listener",
            "upstream",
        ),
        _family(
            "certificate_not_after_timestamp_seconds",
            Kind.GAUGE_MIN,
            "When the first certificate ends of those shown there.",
            "listener",
            "upstream",
        ),
        # revocation
        _family("revocations", Kind.GAUGE_MIN, "Entries of the deny list in use."),
        _family("revocations_refused", Kind.GAUGE_MAX, "1 while the newest deny list cannot be used."),
        # the configuration
        _family("config_info", Kind.GAUGE_MAX, "The configuration in use.", "generation"),
        _family(
            "config_reloads_total", Kind.COUNTER, "Attempts to take on a changed configuration.", "outcome"
        ),
        _family("config_refused", Kind.GAUGE_MAX, "1 while the newest configuration cannot be used."),
        _family("insecure_choices", Kind.GAUGE_MAX, "Insecure choices that the configuration asks for."),
        # the process
        _family("build_info", Kind.GAUGE_MAX, "The version that runs.", "version"),
        _family("bugs_total", Kind.COUNTER, "Exceptions that nobody expected."),
        _family("connections", Kind.GAUGE_SUM, "Open connections, by listener.", "listener"),
        _family(
            "loop_lag_seconds", Kind.GAUGE_MAX, "How late the event loop was at worst, since the last look."
        ),
        _family("workers", Kind.GAUGE_SUM, "Worker processes that run."),
        _family("worker_restarts_total", Kind.COUNTER, "Workers started in place of one that ended."),
        # records
        _family("log_lines_dropped_total", Kind.COUNTER, "Log lines that nobody will read."),
        _family(
            "records_sampled_out_total", Kind.COUNTER, "Allowed decisions without a record, by sampling."
        ),
        _family(
            "records_suppressed_total", Kind.COUNTER, "Refusals that are only in a summary, being many alike."
        ),
    )
}
"""By name, in the order in which they are shown."""

Labels = tuple[str, ...]
Numbers = list[float]
"""One number; of a histogram one for each of SECONDS, one for what is above, and the sum."""
Series = dict[str, dict[Labels, Numbers]]
"""Every number that a process has, by name and values of the labels."""


def no_series() -> Series:
    """Give every family, empty; a counter without labels begins at zero."""
    return {
        name: {(): [0]} if family.kind is Kind.COUNTER and not family.labels else {}
        for name, family in FAMILIES.items()
    }


def no_seconds() -> Numbers:
    """Give a histogram that has seen nothing."""
    return [0] * (len(SECONDS) + 2)
