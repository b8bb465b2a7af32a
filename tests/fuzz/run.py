"""Look for inputs that break an invariant, for as long as one likes: `make fuzz`.

    python -m tests.fuzz.run [--seconds 60] [TARGET ...]

Guided by coverage (atheris, libFuzzer). What it learns stays in .cache/fuzz; an input that breaks an
invariant is written into the corpus, where the tests find it from then on.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
LEARNT: Final = ROOT / ".cache" / "fuzz"
TARGETS: Final = (
    "target_grammar",
    "token_parser",
    "head_reader",
    "dialect_readers",
    "credential_places",
)


def main(arguments: list[str] | None = None) -> int:
    """Fuzz each target for its time, in a process of its own. 1 if any invariant broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    unknown = [name for name in given.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    if given.here:
        return _fuzz(given.targets[0], given.seconds)
    codes = [_in_its_own_process(name, given.seconds) for name in given.targets or TARGETS]
    return int(any(codes))


def _in_its_own_process(target: str, seconds: int) -> int:
    print(f"fuzz: {target}, {seconds} s", flush=True)
    command = [sys.executable, "-m", "tests.fuzz.run", "--here", "--seconds", str(seconds), target]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _fuzz(target: str, seconds: int) -> int:
    """Never returns: libFuzzer ends the process."""
    import atheris  # noqa: PLC0415 - installed by `make fuzz` alone

    with atheris.instrument_imports(include=["gateway"]):
        from tests.fuzz.targets import CHECKS, CORPORA, seeds  # noqa: PLC0415

    learnt = LEARNT / target
    learnt.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (learnt / f"seed-{number}").write_bytes(seed)
    options: list[Any] = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        "-max_len=2048",
        "-timeout=20",
        "-print_final_stats=0",
        "-verbosity=0",
        f"-artifact_prefix={CORPORA / target}/found-",
        str(learnt),
    ]
    atheris.Setup(options, CHECKS[target])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
