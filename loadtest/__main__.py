"""`python -m loadtest`: measure, report, hold the gateway to `targets.toml`."""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from loadtest.issuer import Issuer
from loadtest.measure import Bench, Samples
from loadtest.requests import Stock
from loadtest.scenarios import SCENARIOS


def main() -> int:
    """Run; exit 1 where a target is missed."""
    arguments = _arguments()
    samples: Samples = {}
    with tempfile.TemporaryDirectory() as name:
        folder, keys = Path(name, "servers"), Path(name, "keys")
        folder.mkdir()
        keys.mkdir()
        issuer = Issuer.make()
        issuer.write(keys)
        bench = Bench(
            folder=folder, stock=Stock(keys, issuer), rounds=arguments.rounds, seconds=arguments.seconds
        )
        for scenario in arguments.scenario or SCENARIOS:
            samples |= bench.measure(scenario, SCENARIOS[scenario])
    for row, figures in samples.items():
        print(row, {figure: round(statistics.median(values), 3) for figure, values in figures.items()})
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtest", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; repeatable")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
