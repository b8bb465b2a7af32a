"""How is a result read? As tables in Markdown, the promises first."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loadtest import audit, distinct, idle, large, leaks, machine, start
from loadtest.contenders import backend, envoy, gateway, haproxy, nginx, ordinary, proxies
from loadtest.samples import Samples, median, noisy
from loadtest.scenarios import SCENARIOS, Scenario
from loadtest.targets import Outcome

HEADER = (
    "| row | contender | CPU us | above its floor | requests/s | p50 us | p99 us | grown MB "
    "| server | client | others |"
)
RULE = "|---|---|" + 9 * "---:|"
COLUMNS = ("per_second", "p50_us", "p99_us", "grown_mb", "server", "client", "others")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that is written down."""

    date: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    rounds: int
    seconds: float
    samples: Samples
    outcomes: list[Outcome]
    unavailable: Mapping[str, str]


def render(result: Result) -> str:
    """The whole page."""
    parts = [
        [f"# Measured on {result.date}", "", *_noise(result), *_method(result)],
        ["## What was promised", "", *_targets(result)],
        *(_scenario(name, one, result.samples) for name, one in SCENARIOS.items()),
        _others(result.samples),
        [f"* `{name}` was not measured: {why}." for name, why in result.unavailable.items()],
        ["## Who", "", *_who()],
        ["## On what", "", *_pairs(result.machine), *_pairs(result.versions)],
    ]
    return "\n\n".join("\n".join(part).strip("\n") for part in parts if part) + "\n"


# --- private ---


def _method(result: Result) -> list[str]:
    return [
        f"{result.rounds} rounds of {result.seconds:g} s; medians, in brackets the least and the greatest.",
        "CPU us: processor time of the server's processes for each request; more in [README](../README.md).",
    ]


def _who() -> Iterable[str]:
    """Each contender in its own words: the docstring of its file, which says what it does not do."""
    for module in (gateway, nginx, envoy, haproxy, ordinary, proxies, backend):
        yield "* " + " ".join((module.__doc__ or "").split())


def _noise(result: Result) -> list[str]:
    rows = [row for row in result.samples if noisy(result.samples, row)]
    if not rows:
        return []
    return [
        f"**Not a quiet machine.** Others used more than {machine.BUSY:.0%} of a processor beside these;",
        f"they prove nothing: {', '.join(rows)}.",
        "",
    ]


def _targets(result: Result) -> list[str]:
    lines = ["| work | figure | measured | promised | | |", "|---|---|---:|---|---:|---|"]
    for outcome in result.outcomes:
        target = outcome.target
        verdict = ("met" if outcome.met else "**missed**") if outcome.known else "not measured"
        lines.append(
            f"| {target.work} | `{target.figure}` | {_number(outcome.measured)} | {target.promise} "
            f"| {_number(outcome.limit)} | {verdict} |"
        )
    return lines


def _scenario(name: str, scenario: Scenario, samples: Samples) -> list[str]:
    measured = [key for key in scenario.rows if samples.get(f"{name}.{key}")]
    if not measured:
        return []
    lines = [
        f"## {name}",
        "",
        f"{scenario.title}.",
        "",
        HEADER,
        RULE,
    ]
    for key in measured:
        row, full = scenario.rows[key], f"{name}.{key}"
        cells = [
            f"`{key}`",
            row.contender.name,
            _spread(samples[full]["cpu_us"]),
            _above(samples, full, f"{name}.{row.floor}") if row.floor else "",
            *(_number(median(samples, full, what)) for what in COLUMNS),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _others(samples: Samples) -> list[str]:
    titles = {
        "distinct": distinct.TITLE,
        "large": large.TITLE,
        "idle": idle.TITLE,
        "start": start.TITLE,
        "audit": audit.TITLE,
        "leaks": leaks.TITLE,
        "signatures": "Bare signatures",
    }
    lines: list[str] = []
    for name, title in titles.items():
        rows = {row: found for row, found in samples.items() if row.startswith(f"{name}.")}
        if rows:
            lines += [f"## {name}", "", f"{title}.", "", *_plain(rows), ""]
    return lines


def _plain(rows: Mapping[str, Mapping[str, list[float]]]) -> Iterable[str]:
    kept = (
        "bytes_per_token",
        "cpu_us",
        "per_second",
        "p99_us",
        "mb_per_second",
        "cpu_ms",
        "ready_s",
        "mb_per_cpu_s",
        "wall_s",
        "cpu_s",
        "rss_mb",
        "grown_mb",
    )
    figures = [one for one in kept if any(one in found for found in rows.values())]
    yield "| row | " + " | ".join(figures) + " |"
    yield "|---|" + "---:|" * len(figures)
    for row, found in rows.items():
        cells = (_spread(found[figure]) if figure in found else "" for figure in figures)
        yield f"| `{row.partition('.')[2]}` | " + " | ".join(cells) + " |"


def _above(samples: Samples, row: str, floor: str) -> str:
    work, bare = median(samples, row, "cpu_us"), median(samples, floor, "cpu_us")
    return _number(work - bare) if work is not None and bare is not None else ""


def _pairs(pairs: Mapping[str, str]) -> list[str]:
    return [f"* {name}: {value}" for name, value in pairs.items()]


def _spread(values: list[float]) -> str:
    if len(values) == 1:
        return _number(values[0])
    return f"{_number(statistics.median(values))} ({_number(min(values))}-{_number(max(values))})"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
