"""How is the Python of the protos made? `python -m tests.server.grpc.protos.generated` writes it."""

import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[4]
PROTOS = Path("gateway/server/grpc/protos")


def generate(out: Path) -> None:
    """Write the modules and their stubs below `out`, as they lie in the repository."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / PROTOS).glob("*.proto"))
    code = protoc.main(["protoc", f"-I{ROOT}", f"--python_out={out}", f"--pyi_out={out}", *files])
    assert code == 0


def generated() -> dict[str, str]:
    """What would be written, by the file's name."""
    with tempfile.TemporaryDirectory() as out:
        generate(Path(out))
        return {path.name: path.read_text() for path in sorted((Path(out) / PROTOS).iterdir())}


if __name__ == "__main__":
    generate(ROOT)
    sys.exit(0)
