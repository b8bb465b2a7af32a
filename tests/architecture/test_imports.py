"""Imports point one way: the contracts of pyproject.toml hold, and cover every package there is."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def packages() -> set[str]:
    """Every package and module right under `gateway`."""
    found = {path.name for path in (ROOT / "gateway").iterdir() if (path / "__init__.py").exists()}
    return found | {path.stem for path in (ROOT / "gateway").glob("*.py")} - {"__init__"}


def test_every_contract_holds() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout[run.stdout.find("Broken contracts") :]


@pytest.mark.parametrize(
    ("contract", "exempt"),
    [
        ("pydantic-in-config", {"config"}),
        ("prometheus-in-telemetry", {"telemetry"}),
        ("one-door-to-pyjwt", {"dev"}),
        ("grpc-apart", {"server"}),
    ],
)
def test_no_package_escapes_a_contract(contract: str, exempt: set[str]) -> None:
    covered = {module.removeprefix("gateway.") for module in CONTRACTS[contract]["source_modules"]}
    assert covered == packages() - exempt - {"__main__"}


def test_no_dialect_escapes_its_contract() -> None:
    assert CONTRACTS["dialects-apart"]["modules"] == ["gateway.dialects.nginx", "gateway.dialects.traefik"]
    assert {"nginx.py", "traefik.py"} <= {path.name for path in (ROOT / "gateway/dialects").iterdir()}
