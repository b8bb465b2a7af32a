"""Several processes count together what one would have counted alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.reason import Reason
from gateway.core.verdict import Context, Deny, Verdict
from gateway.telemetry.exposition import exposition
from gateway.telemetry.families import FAMILIES, Kind, Series, no_series
from gateway.telemetry.merge import Workers, dump, lasting, load, merge
from gateway.telemetry.metrics import Metrics
from tests import builders as b
from tests.walk import decide

ROUTES = {b.POLICY: ("orders-read",)}
PERMIT = decide(b.facts(b"/v1/orders", b.bearer()))
DENY = Deny(reason=Reason.TOKEN_EXPIRED, context=Context(policy=b.policy()))
EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from((PERMIT, DENY)), st.sampled_from((0.0001, 0.25, 9.0)))
)


def one(family: str, value: float, *labels: str) -> Series:
    series = no_series()
    series[family] = {labels: [value]}
    return series


def rounded(series: Series) -> Series:
    """Sums of seconds depend on the order of adding, in the last digits."""
    return {
        name: {labels: [round(number, 6) for number in numbers] for labels, numbers in members.items()}
        for name, members in series.items()
    }


def test_a_dump_is_one_line_and_comes_back_as_it_was() -> None:
    metrics = Metrics(ROUTES, version="1")
    metrics.decided(PERMIT, dialect="nginx", seconds=0.001)
    metrics.keys_age('corp"\n\u2028', 1.5)
    text = metrics.dump()
    assert b"\n" not in text
    assert text.isascii()
    assert load(text) == metrics.series


@given(EVENTS)
def test_the_work_of_three_processes_is_counted_as_that_of_one(
    events: list[tuple[int, Verdict, float]],
) -> None:
    alone = Metrics(ROUTES, version="1")
    together = [Metrics(ROUTES, version="1") for _ in range(3)]
    for process, verdict, seconds in events:
        for metrics in (alone, together[process]):
            metrics.decided(verdict, dialect="nginx", seconds=seconds)
    assert rounded(merge(load(each.dump()) for each in together)) == rounded(alone.series)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Kind.COUNTER, 5), (Kind.GAUGE_SUM, 5), (Kind.GAUGE_MAX, 3), (Kind.GAUGE_MIN, 2)],
)
def test_each_kind_merges_by_its_rule(kind: Kind, expected: float) -> None:
    for family in [each for each in FAMILIES.values() if each.kind is kind]:
        labels = ("x",) * len(family.labels)
        pair = one(family.name, 2, *labels), one(family.name, 3, *labels)
        assert merge(pair)[family.name] == merge(reversed(pair))[family.name] == {labels: [expected]}


def test_a_gauge_that_only_some_have_is_theirs() -> None:
    merged = merge((one("issuer_ready", 1, "corp"), one("issuer_ready", 0, "partner"), no_series()))
    assert merged["issuer_ready"] == {("corp",): [1], ("partner",): [0]}


def test_counters_of_ended_workers_stay_and_their_gauges_go() -> None:
    workers = Workers()
    own = no_series()
    total = 0
    for pid in range(1, 4):
        worker = Metrics(ROUTES, version="1")
        for _ in range(pid):
            worker.decided(PERMIT, dialect="nginx", seconds=0.001)
            workers.heard(pid, worker.dump())
        worker.connections({"decision": 10})
        workers.heard(pid, worker.dump())
        total += pid
        workers.ended(pid)
        workers.ended(pid)
    workers.ended(99)
    after = workers.series(own)
    assert after["decisions_total"] == {(b.POLICY, "nginx", "permit", ""): [total]}
    assert sum(after["decision_seconds"]["nginx",][:-1]) == total
    assert after["connections"] == {}
    assert b"token_gateway_decisions_total" in exposition(workers.series(own))


def test_a_newer_dump_takes_the_place_of_the_last() -> None:
    workers, worker = Workers(), Metrics({}, version="1")
    for _ in range(3):
        worker.bug()
        workers.heard(1, worker.dump())
    assert workers.series(no_series())["bugs_total"] == {(): [3]}


def test_a_family_of_another_version_is_left_out() -> None:
    text = json.dumps({"of_tomorrow_total": [[[1]]], "bugs_total": [[[2]]]}).encode()
    assert load(text) == no_series() | {"bugs_total": {(): [2]}}


def test_merging_changes_nothing_that_it_was_given() -> None:
    first, second = one("bugs_total", 1), one("bugs_total", 2)
    merge((first, second, lasting(first)))
    assert (first, second) == (one("bugs_total", 1), one("bugs_total", 2))
    assert dump(first) == dump(one("bugs_total", 1))
