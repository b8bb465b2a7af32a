"""Does docs/leak-response.md work, command after command, as it stands there?"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from gateway.redact.fingerprint import Fingerprints
from tests import builders as b
from tests.docs.pages import ROOT, blocks_of
from tests.wire.lab_issuer import KEY, lab_token

PAGE = ROOT / "docs" / "leak-response.md"
BLOCKS = {kind: [one.text for one in blocks_of(PAGE) if one.kind == kind] for kind in ("sh", "yaml")}
IN_THE_PAGE = "tfp1_abcdefghijklmnop"
SECRET = "k" * 64


class Ran(NamedTuple):
    """What a block of the page did."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The smallest configuration with what the page asks for, a log with a token, and a record of it."""
    (settings,) = BLOCKS["yaml"]
    config: dict[str, Any] = yaml.load((ROOT / "config" / "gateway.yaml").read_text(), yaml.CSafeLoader)
    (issuer,) = config["issuers"].values()
    issuer["issuer"], issuer["jwks_file"] = "https://lab.example", "keys.json"
    config |= yaml.load(settings, yaml.CSafeLoader)
    (tmp_path / "gateway.yaml").write_text(yaml.dump(config, Dumper=yaml.CSafeDumper))
    (tmp_path / "keys.json").write_bytes(b.jwks(KEY))
    (tmp_path / "fingerprint.key").write_text(f"{SECRET}\n")
    (tmp_path / "revoked.yaml").write_text("revoked: []\n")
    token = lab_token()
    (tmp_path / "found.txt").write_text(f"Bearer {token}\n")
    (tmp_path / "access.log").write_text(f'"GET /v1/orders?access_token={token} HTTP/1.1" 200\n')
    name = _name(tmp_path)
    (tmp_path / "gateway.log").write_text(f'{{"token_gateway.token.fingerprint":"{name}"}}\n')
    return tmp_path


def _token(folder: Path) -> str:
    return (folder / "found.txt").read_text().split()[1]


def _name(folder: Path) -> str:
    return Fingerprints(SECRET.encode()).token(_token(folder).encode())


def _runs(folder: Path, text: str) -> Ran:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", text.replace(IN_THE_PAGE, _name(folder))],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.long
def test_the_page_is_gone_through(folder: Path) -> None:
    name, (token, found) = _name(folder), (_token(folder), [_runs(folder, one) for one in BLOCKS["sh"]])
    scan, fingerprint, grep, matches, revoke, by_token = found
    assert [one.code for one in found] == [1, 1, 0, 0, 0, 0]
    assert [one.err for one in found] == [""] * len(found)
    assert name in scan.out
    assert fingerprint.out.startswith(f"{name}  of issuer ")
    assert ", signature good, live until " in fingerprint.out
    assert name in grep.out
    assert matches.out == f"{name} is token 1 of standard input\n"
    entry = f'{{fingerprint: {name}, why: "in the access log"}}'
    assert revoke.out == f"- {entry}\nadded to revoked.yaml: {name}\n"
    assert by_token.out.startswith("added to revoked.yaml: a jti of issuer ")
    assert entry in (folder / "revoked.yaml").read_text()
    assert token.split(".")[1] not in "".join(one.out for one in found)
