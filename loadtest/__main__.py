"""`python -m loadtest`: measure, report, hold the gateway to `targets.toml`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from loadtest import machine
from loadtest.audit import audit
from loadtest.contenders.running import Unavailable
from loadtest.distinct import distinct
from loadtest.drive import Unexpected
from loadtest.idle import idle
from loadtest.issuer import Issuer
from loadtest.large import large
from loadtest.leaks import leaks
from loadtest.measure import Bench
from loadtest.report import Result, render
from loadtest.requests import Stock
from loadtest.samples import Samples, noisy
from loadtest.scenarios import COLD, SCENARIOS, WARM
from loadtest.signatures import signatures
from loadtest.start import start
from loadtest.targets import judge, targets
from loadtest.versions import versions

RESULTS = Path(__file__).with_name("results")
EXIT_MISSED = 1
EXIT_BUSY = 2

Measurement = Callable[[Bench], Samples]


def main() -> int:
    """Run; exit 1 where a target is missed or an answer is wrong, 2 where --quiet asks for less noise."""
    arguments = _arguments()
    chosen = {name: one for name, one in _measurements().items() if name in (arguments.scenario or [name])}
    try:
        with _bench(arguments.rounds, arguments.seconds) as bench:
            samples, unavailable = _run(bench, chosen)
    except Unexpected as error:
        print(f"loadtest: {error}", file=sys.stderr)
        return EXIT_MISSED
    outcomes = [judge(target, samples) for target in targets()]
    result = Result(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine.facts(),
        versions=versions(),
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        samples=samples,
        outcomes=outcomes,
        unavailable=unavailable,
    )
    print(render(result))
    if arguments.write:
        _write(result)
    if arguments.quiet and any(noisy(samples, row) for row in samples):
        return EXIT_BUSY
    # of a run of some scenarios, only what it measured is judged
    judged = [one for one in outcomes if one.known or not arguments.scenario]
    return 0 if all(one.met for one in judged) else EXIT_MISSED


# --- private ---


def _measurements() -> dict[str, Measurement]:
    windows = {
        name: partial(lambda bench, name: bench.measure(name, SCENARIOS[name]), name=name)
        for name in SCENARIOS
    }
    alone: dict[str, Measurement] = {
        "signatures": lambda bench: signatures(bench.stock.issuer, 2 * bench.rounds + 1),
        "distinct": distinct,
        "large": large,
        "idle": idle,
        "start": start,
        "audit": audit,
        "leaks": leaks,
    }
    return {**windows, **alone}


def _run(bench: Bench, chosen: dict[str, Measurement]) -> tuple[Samples, dict[str, str]]:
    samples: Samples = {}
    unavailable: dict[str, str] = {}
    for name, measurement in chosen.items():
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            samples |= measurement(bench)
        except Unavailable as reason:
            unavailable[name] = str(reason)
    return samples, unavailable


@contextmanager
def _bench(rounds: int, seconds: float) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        folder, keys = Path(name, "servers"), Path(name, "keys")
        folder.mkdir()
        keys.mkdir()
        issuer = Issuer.make()
        issuer.write(keys)
        stock = Stock(keys, issuer, rounds * (COLD + WARM))
        yield Bench(folder=folder, stock=stock, rounds=rounds, seconds=seconds)


def _write(result: Result) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{result.date}.md").write_text(render(result))
    (RESULTS / f"{result.date}.json").write_text(json.dumps(asdict(result), indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtest", description=__doc__)
    parser.add_argument(
        "--scenario", action="append", choices=_measurements(), help="only this one; repeatable"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each row is measured (%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement (%(default)s)")
    parser.add_argument(
        "--write", action="store_true", help="keep the result in loadtest/results, by its date"
    )
    parser.add_argument("--quiet", action="store_true", help="exit 2 where others were at work meanwhile")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
