"""Is everything in the wheel that the gateway reads, and can each module of it be imported?"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway import __version__
from tests.image.builder import send_context
from tests.wire.components import REPOSITORY

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    send_context(folder / "context")
    how = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder)]
    command = [sys.executable, "-m", "pip", "wheel", *how, str(folder / "context")]
    subprocess.run(command, check=True, timeout=60)
    return zipfile.ZipFile(folder / f"token_gateway-{__version__}-py3-none-any.whl")


def test_it_holds_the_package_as_it_is_here_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Types (py.typed), protocols (*.proto) and their modules among it; scripts and snippets are modules."""
    found = (path for path in (REPOSITORY / "gateway").rglob("*") if "__pycache__" not in path.parts)
    files = [path for path in found if path.is_file()]
    wanted = {str(path.relative_to(REPOSITORY)): path.read_bytes() for path in files}
    held = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert {"gateway/py.typed", "gateway/server/grpc/protos/check.proto"} <= set(held)


def test_it_brings_the_command_the_licence_and_the_extras(wheel: zipfile.ZipFile) -> None:
    about = f"token_gateway-{__version__}.dist-info"
    assert "\ngateway = gateway.cli:main\n" in wheel.read(f"{about}/entry_points.txt").decode()
    assert wheel.read(f"{about}/licenses/LICENSE") == (REPOSITORY / "LICENSE").read_bytes()
    metadata = wheel.read(f"{about}/METADATA").decode()
    said = {
        "Provides-Extra: grpc",
        "Provides-Extra: leaks",
        "Provides-Extra: dev-proxy",
        "Requires-Python: >=3.11",
    }
    assert said <= set(metadata.splitlines())


def test_every_module_of_the_image_is_importable(image: Path) -> None:
    """With the image's Python and its packages alone."""
    walk = (
        "import pkgutil, importlib, gateway\n"
        "names = [one.name for one in pkgutil.walk_packages(gateway.__path__, 'gateway.')]\n"
        "[importlib.import_module(name) for name in names if not name.endswith('__main__')]\n"
        "print(len(names))"
    )
    command = ["chroot", "--userspec=65532:65532", str(image), "/usr/bin/python3.13", "-B", "-c", walk]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) > 200
