"""What does it cost to audit a cluster of 5,000 objects? Beside PyYAML, which only reads them."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from loadtest.estate import OBJECTS, manifests
from loadtest.measure import Bench
from loadtest.samples import Samples

TITLE: Final = f"An audit of {OBJECTS:,} objects"
TIMES: Final = 3
_ONLY_READ: Final = (
    "import sys, yaml\nfor _ in yaml.load_all(open(sys.argv[1]), Loader=yaml.CSafeLoader):\n    pass"
)


def audit(bench: Bench) -> Samples:
    """Several runs of each, of a process of its own, from its start to its end."""
    file = bench.folder / "cluster.yaml"
    file.write_text("---\n".join(manifests()))
    commands = {
        "audit.gateway": ["-m", "gateway", "audit", str(file), "--format", "json", "--fail-on", "never"],
        "audit.only-read": ["-c", _ONLY_READ, str(file)],
    }
    samples: Samples = {name: {"wall_s": [], "cpu_s": [], "rss_mb": []} for name in commands}
    for _ in range(TIMES):
        for name, arguments in commands.items():
            for figure, value in _run(arguments, bench.folder / f"{name}.out").items():
                samples[name][figure].append(value)
    return samples


# --- private ---


def _run(arguments: list[str], output: Path) -> dict[str, float]:
    """Give what one process took; rusage of the child alone (wait4(2)). Raises: RuntimeError."""
    began = time.perf_counter()
    with output.open("wb") as stream:
        process = subprocess.Popen([sys.executable, *arguments], stdout=stream)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{arguments[:3]} ended with {process.returncode}")
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "rss_mb": used.ru_maxrss / 1024,
    }
