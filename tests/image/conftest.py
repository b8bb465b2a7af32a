"""Which image do the tests look at? One, built where its files or these have changed."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.builder import BASE, build, send_context
from tests.image.dockerfile import FILE
from tests.wire.components import REPOSITORY
from tests.wire.what_ran import record

_BUILT = REPOSITORY / ".cache" / "image"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the trees of both stages."""
    if os.geteuid() != 0:
        pytest.fail("only root may enter a tree as a container does: run the tests as root")
    context = tmp_path_factory.mktemp("context") / "context"
    send_context(context)
    place = _BUILT / _digest([FILE, *sorted(Path(__file__).parent.glob("*.py")), *sorted(context.rglob("*"))])
    _BUILT.mkdir(parents=True, exist_ok=True)
    with (_BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of pytest
        if not place.exists():
            _build_at(place)
    return place


@pytest.fixture
def image(built: Path, request: pytest.FixtureRequest) -> Path:
    """The tree of the image, of which a test notes that it was run."""
    record(request.node, "image", "of the Dockerfile, without an engine")
    return built / "final"


@pytest.fixture(scope="session")
def layer(built: Path) -> Path:
    """What is ours of it."""
    return built / "build" / "image"


# --- private ---


def _build_at(place: Path) -> None:
    for old in _BUILT.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    unfinished = place.with_name("unfinished")
    unfinished.mkdir()
    build(unfinished)
    unfinished.rename(place)


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256(str(BASE.stat().st_mtime_ns).encode())
    for path in _regular(files):
        digest.update(f"{path.name} {path.stat().st_mode} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _regular(files: list[Path]) -> Iterator[Path]:
    return (path for path in files if path.is_file())
