"""What a scrape sees, read by a parser that is not ours."""

import re

from prometheus_client.parser import text_string_to_metric_families

from gateway.telemetry.exposition import CONTENT_TYPE, PIECE, exposition, pieces
from gateway.telemetry.families import FAMILIES, PREFIX, Kind, no_seconds, no_series

COUNT = 3 * PIECE + 1


def test_a_histogram_is_cumulative_with_count_and_sum() -> None:
    series = no_series()
    numbers = no_seconds()
    numbers[0], numbers[-2], numbers[-1] = 2, 1, 7.5
    series["decision_seconds"]["nginx",] = numbers
    lines = exposition(series).decode().splitlines()
    assert f'{PREFIX}decision_seconds_bucket{{dialect="nginx",le="5e-05"}} 2.0' in lines
    assert f'{PREFIX}decision_seconds_bucket{{dialect="nginx",le="5.0"}} 2.0' in lines
    assert f'{PREFIX}decision_seconds_bucket{{dialect="nginx",le="+Inf"}} 3.0' in lines
    assert f'{PREFIX}decision_seconds_count{{dialect="nginx"}} 3.0' in lines
    assert f'{PREFIX}decision_seconds_sum{{dialect="nginx"}} 7.5' in lines


def test_many_series_come_in_pieces_and_together_are_one_exposition() -> None:
    series = no_series()
    series["minted_total"] = {("p", f"r{number}"): [number] for number in range(COUNT)}
    text = exposition(series).decode()
    assert text.count(f"# TYPE {PREFIX}minted_total counter") == 1
    (family,) = [one for one in text_string_to_metric_families(text) if one.name == f"{PREFIX}minted"]
    assert [one.value for one in family.samples] == list(range(COUNT))
    assert max(piece.count(b"\n") for piece in pieces(series)) <= PIECE + 2


def test_a_family_is_described_as_the_table_says() -> None:
    series = no_series()
    for name, family in FAMILIES.items():
        numbers = no_seconds() if family.kind is Kind.HISTOGRAM else [1.0]
        series[name] = {("x",) * len(family.labels): numbers}
    shown = {one.name: one for one in text_string_to_metric_families(exposition(series).decode())}
    for name, family in FAMILIES.items():
        one = shown[PREFIX + name.removesuffix("_total")]
        assert (one.documentation, one.type) == (family.text, family.kind.value.partition(",")[0])


def test_it_is_plain_text_0_0_4_without_created_series() -> None:
    series = no_series() | {"decisions_total": {("orders", "nginx", "permit", ""): [3.0]}}
    body = exposition(series)
    assert CONTENT_TYPE == b"text/plain; version=0.0.4; charset=utf-8"
    assert b"_created" not in body
    assert set(re.findall(rb"^(\w+?)_", body, re.MULTILINE)) == {b"token"}
