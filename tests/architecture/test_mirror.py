"""Each gateway/x/y.py has its tests/x/test_y.py."""

from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT, named, python_files

WITHOUT_A_TEST_OF_ITS_OWN: Final[frozenset[str]] = frozenset()
"""May only shrink: a line whose file is gone, or has its test by now, fails the build."""


def mirror(path: Path) -> Path:
    inside = path.relative_to(ROOT / "gateway")
    return ROOT / "tests" / inside.with_name(f"test_{inside.name}")


MODULES = [
    path
    for path in python_files("gateway")
    if not path.name.startswith("__")
    if not path.name.endswith("_pb2.py")  # generated; tests/server/grpc/protos compares them
]


def test_every_module_has_its_test_file() -> None:
    lacking = {named(path) for path in MODULES if not mirror(path).exists()}
    assert lacking - WITHOUT_A_TEST_OF_ITS_OWN == set()


def test_no_exemption_outlives_its_reason() -> None:
    lacking = {named(path) for path in MODULES if not mirror(path).exists()}
    assert WITHOUT_A_TEST_OF_ITS_OWN - lacking == set(), "take these off the list"
