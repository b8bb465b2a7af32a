"""Are the promises read and judged as written?"""

from pathlib import Path

import pytest

from loadtest import idle, large, leaks
from loadtest.distinct import CONTENDERS
from loadtest.samples import Samples
from loadtest.scenarios import SCENARIOS
from loadtest.targets import Target, judge, rows, targets, value

SAMPLES: Samples = {
    "hot.gateway": {"cpu_us": [30.0, 10.0, 20.0]},
    "hot.nginx": {"cpu_us": [10.0]},
    "workers.two": {"per_second": [190.0]},
    "workers.one": {"per_second": [100.0]},
}

ALONE = (
    {
        "signatures.rs256-verify",
        "signatures.es256-verify",
        "signatures.es256-sign",
        "start.gateway",
        "start.worker",
        *(f"distinct.{name}" for name in CONTENDERS),
    }
    | {f"idle.{name}" for name in idle.CONTENDERS}
    | {f"audit.{name}" for name in ("gateway", "only-read")}
    | {f"leaks.{name}" for name in leaks.ROWS}
    | {f"large.{name}-{way}" for name in large.CONTENDERS for way in large.WAYS}
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("hot.gateway", 20.0),
        ("2.2 x hot.nginx", 22.0),
        ("hot.gateway + hot.nginx + 15", 45.0),
        ("hot.gateway - hot.nginx", 10.0),
        ("60", 60.0),
        ("hot.gateway + hot.envoy", None),
    ],
)
def test_an_expression_is_a_sum_of_medians(text: str, number: float | None) -> None:
    assert value(text, SAMPLES, "cpu_us") == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    "text", ["", "hot", "2 * hot.nginx", "hot.nginx+15", "-1", "2 x 3", "hot.nginx +  1"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a sum"):
        value(text, SAMPLES, "cpu_us")


@pytest.mark.parametrize(
    ("limit", "met"), [("2 x hot.nginx", True), ("1.9 x hot.nginx", False), ("hot.envoy", False)]
)
def test_at_most(limit: str, *, met: bool) -> None:
    outcome = judge(Target(work="w", figure="cpu_us", of="hot.gateway", at_most=limit), SAMPLES)
    assert outcome.met is met
    assert outcome.known is (limit != "hot.envoy")


@pytest.mark.parametrize(("limit", "met"), [("1.9 x workers.one", True), ("2 x workers.one", False)])
def test_at_least(limit: str, *, met: bool) -> None:
    target = Target(work="w", figure="per_second", of="workers.two", at_least=limit)
    assert judge(target, SAMPLES).met is met


def test_a_target_has_one_limit(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text('[[target]]\nwork = "w"\nfigure = "cpu_us"\nof = "a.b"\nat_most = "1"\nat_least = "1"\n')
    with pytest.raises(ValueError, match="one of at_most and at_least"):
        targets(file)


def test_every_row_that_a_promise_names_is_measured() -> None:
    measured = ALONE | {f"{name}.{row}" for name, one in SCENARIOS.items() for row in one.rows}
    named = {
        row for one in targets() for text in (one.of, one.at_most, one.at_least) if text for row in rows(text)
    }
    assert named <= measured


def test_every_floor_is_a_row_of_its_scenario() -> None:
    for scenario in SCENARIOS.values():
        floors = {row.floor for row in scenario.rows.values() if row.floor}
        assert floors <= set(scenario.rows)
