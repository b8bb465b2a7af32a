"""Does the page say what was measured, and what it is worth?"""

from loadtest.report import Result, render
from loadtest.samples import Samples
from loadtest.targets import judge, targets


def _page(samples: Samples, unavailable: dict[str, str] | None = None) -> str:
    return render(
        Result(
            date="2026-11-27",
            machine={"processor": "2 x example"},
            versions={"nginx": "1.2.3"},
            rounds=3,
            seconds=1.0,
            samples=samples,
            outcomes=[judge(target, samples) for target in targets()],
            unavailable=unavailable or {},
        )
    )


def _row(cpu_us: float, others: float = 0.0) -> dict[str, list[float]]:
    return {"cpu_us": [cpu_us], "per_second": [1e6 / cpu_us], "others": [others]}


def test_a_promise_is_met_or_missed_or_was_not_measured() -> None:
    page = _page(
        {"routes.ten": _row(10.0), "routes.ten-thousand": _row(10.9), "start.gateway": {"ready_s": [1.1]}}
    )
    assert "| 10,000 routes beside 10 | `cpu_us` | 10.9 | at most 1.1 x routes.ten | 11.0 | met |" in page
    assert "| start to ready, 100 routes | `ready_s` | 1.10 | at most 1 | 1.00 | **missed** |" in page
    assert "| memory of a worker at its start | `rss_mb` |  | at most 60 | 60.0 | not measured |" in page


def test_what_is_above_the_floor_is_shown() -> None:
    page = _page({"hot.envoy-cached": _row(23.0), "hot.envoy-bare": _row(20.0)})
    assert "| `envoy-cached` | Envoy jwt_authn, its cache on | 23.0 | 3.00 |" in page


def test_rows_beside_which_others_were_at_work_are_named() -> None:
    page = _page({"hot.nginx": _row(7.0, others=0.5), "hot.envoy": _row(50.0)})
    assert "they prove nothing: hot.nginx." in page
    assert "Not a quiet machine" not in _page({"hot.nginx": _row(7.0)})


def test_what_could_not_be_measured_says_why() -> None:
    assert "* `workers` was not measured: no such option." in _page({}, {"workers": "no such option"})


def test_it_is_said_what_each_contender_leaves_out() -> None:
    page = _page({})
    for words in ("no route policy, no decision record, no minted token", "It has no cache", "does nothing"):
        assert words in page
