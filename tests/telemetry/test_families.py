import re

import pytest

from gateway.telemetry.families import FAMILIES, PREFIX, SECONDS, Family, Kind, no_seconds, no_series


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.name)
def test_names_are_prometheus_names(family: Family) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", PREFIX + family.name)
    assert family.name.endswith("_total") == (family.kind is Kind.COUNTER)
    assert all(re.fullmatch(r"[a-z]+", label) for label in family.labels)
    assert family.text.endswith(".")


def test_a_counter_without_labels_begins_at_zero_and_a_gauge_with_nothing() -> None:
    series = no_series()
    assert list(series) == list(FAMILIES)
    assert series["bugs_total"] == {(): [0]}
    assert series["decisions_total"] == series["connections"] == {}


def test_the_bounds_rise_and_each_has_its_number() -> None:
    assert sorted(set(SECONDS)) == list(SECONDS)
    assert no_seconds() == [0] * (len(SECONDS) + 2)


def test_what_an_ended_process_has_counted_stays_and_its_gauges_do_not() -> None:
    assert [kind for kind in Kind if kind.stays] == [Kind.COUNTER, Kind.HISTOGRAM]
