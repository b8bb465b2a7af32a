"""What does the Job of a release put into the Secret that listeners mount? Its own command makes it."""

import subprocess
import sys
from pathlib import Path

from tests.helm.chart import Rendered
from tests.helm.kubelet import Files
from tests.helm.pods import specs
from tests.wire.components import REPOSITORY


def words(release: Rendered, workload: str, container: str = "certificates") -> list[str]:
    """Give the arguments of a container of the Job, or of the CronJob."""
    (found,) = (
        list(one["args"])
        for name, spec in specs(release).items()
        if name.startswith(f"{workload}/")
        for one in spec["containers"]
        if one["name"] == container
    )
    return found


def made(release: Rendered, folder: Path, workload: str = "Job") -> Files:
    """Run that command on a directory in place of the Secrets; give what a listener gets."""
    command = words(release, workload)
    at = command.index("--secret")
    command[at : at + 2] = ["--directory", str(folder)]
    return run(command, folder)


def run(command: list[str], folder: Path) -> Files:
    """Run a command on this directory; give what a listener gets."""
    ran = [sys.executable, "-m", "gateway", *command]
    subprocess.run(ran, cwd=REPOSITORY, check=True, capture_output=True, timeout=60)
    return {one.name: one.read_bytes() for one in (folder / "tls").iterdir()}
