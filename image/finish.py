"""What is done to the installed files before they are shipped? The build runs this, and names the root."""

import compileall
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from image.bill import write_bill

PACKAGES: Final = Path("usr/local/lib/python3.13/dist-packages")
"""Where the Python of Debian 13 looks for modules that are not Debian's."""
COMMAND: Final = Path("usr/local/bin/gateway")
BILL: Final = Path("usr/local/share/token-gateway/sbom.cdx.json")


def finish(root: Path) -> None:
    """Leave the packages, their bytecode, one command and the bill of materials. Raises: LicenceRefused."""
    packages = root / PACKAGES
    shutil.rmtree(packages / "bin", ignore_errors=True)  # commands of libraries, with the build's interpreter
    _compile(root)
    _place(root / COMMAND, Path(__file__).with_name("command").read_text(), 0o755)
    installed = sorted(distributions(path=[str(packages)]), key=lambda one: one.name.lower())
    _place(root / BILL, write_bill(installed), 0o644)


# --- private ---


def _compile(root: Path) -> None:
    """Bytecode that is never compared with its source, which cannot change: PEP 552."""
    done = compileall.compile_dir(
        root / PACKAGES,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("a module does not compile")


def _place(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
