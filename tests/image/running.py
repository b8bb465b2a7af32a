"""How is the image run in a test? As under the pod security standard `restricted`: no root, no right.

The root is to be read. What a cluster would mount is mounted: the configuration to read, a volume to write.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import builders as b
from tests.app.process import with_keys
from tests.conftest import CALLER_SECRET
from tests.image.builder import PATH
from tests.image.contain import Box
from tests.image.dockerfile import stages
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until

USER = 65532
COMMAND = "/usr/local/bin/gateway"
STATE = "/var/lib/token-gateway"


@contextmanager
def serving(image: Path, folder: Path, *, workers: int = 1) -> Iterator[GatewayProcess]:
    folder.mkdir()
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    config = with_keys({"store": "directory", "path": f"{STATE}/keys"})
    line = box(image, folder, ["--workers", str(workers)]).line()
    gateway = GatewayProcess(config, folder, instead=line)
    with gateway:
        try:
            yield gateway
        finally:
            with suppress(ProcessLookupError, ValueError):
                os.kill(process_one(gateway), signal.SIGKILL)


def box(image: Path, folder: Path, arguments: Sequence[str] = ()) -> Box:
    """ENTRYPOINT, CMD and ENV are the Dockerfile's."""
    _, final = stages()
    folder.chmod(0o755)
    volume = folder / "volume"
    volume.mkdir(exist_ok=True)
    volume.chmod(0o777)  # as a kubelet makes an emptyDir
    return Box(
        root=str(image),
        command=[*final.one("ENTRYPOINT").program(), *final.one("CMD").program(), *arguments],
        environment={"PATH": PATH, "CALLER_SECRET": CALLER_SECRET, **final.pairs("ENV")},
        user=int(final.one("USER").text.partition(":")[0]),
        read={str(folder): "/etc/token-gateway"},
        write={str(volume): STATE},
    )


def process_one(gateway: GatewayProcess) -> int:
    """Process 1 of the box, by its number outside. Raises: ValueError where it is gone."""
    (number,) = children(gateway.program.pid)
    return number


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def status(pid: int) -> dict[str, str]:
    """/proc/PID/status (proc_pid_status(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def exit_code(gateway: GatewayProcess) -> int:
    """Wait for its end."""
    wait_until(lambda: gateway.program.exit_code is not None, lambda: "it does not end")
    code = gateway.program.exit_code
    assert code is not None
    return code
