"""What stands in docs/leaks.md: every command is run, in its order, and every type is one that there is."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.redact import pem, token_kind, values
from gateway.redact.encoded_token import TYPE as ENCODED
from gateway.redact.known_keys import KEYS
from gateway.redact.span import MAX_LINE_BYTES, MAX_LINES_BYTES
from tests.docs.pages import FOLLOWED, ROOT, blocks_of
from tests.leaks.made import Maker

PAGE = ROOT / "docs" / "leaks.md"
SH = [block.text for block in blocks_of(PAGE) if block.kind == "sh"]
(SAID,) = (block.text for block in blocks_of(PAGE) if not block.kind)

assert PAGE in FOLLOWED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    m = Maker(1)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "app.log").write_bytes(
        b"GET /v1/orders HTTP/1.1 200\nGET /v1/orders?access_token=" + m.jwt("RS256") + b" HTTP/1.1\n"
        b"key shop_0123456789abcdef\n"
    )
    legacy = m.jwt("RS256", {"sub": "system:serviceaccount:shop:orders"})
    (tmp_path / "logs" / "old.log.gz").write_bytes(gzip.compress(b"mounted " + legacy + b"\n"))
    return tmp_path


def bash(folder: Path, command: str) -> str:
    ran = subprocess.run(
        ["bash", "-euc", "-o", "pipefail", command],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.long
def test_the_page_is_followed_from_its_top_to_its_end(folder: Path) -> None:
    scan, formats, follow, redact, rules = SH
    form = re.compile(r"^(\S+:\d+:\d+: [a-z-]+) tfp1_[a-z2-7]{16} \(octets \d+-\d+\)$", re.MULTILINE)
    found = form.findall(bash(folder, scan))
    assert [one.rpartition(" ")[2] for one in found] == ["jwt", "kubernetes-legacy-token"]
    assert [re.sub(r":\d+:\d+:", "", one) for one in found] == [
        re.sub(r":\d+:\d+:", "", line.partition(" tfp1_")[0]) for line in SAID.splitlines()
    ]
    assert "-:1:9: kubernetes-legacy-token tfp1_" in bash(folder, formats)
    assert len(json.loads((folder / "found.json").read_text())["findings"]) == 2
    assert len(json.loads((folder / "found.sarif").read_text())["runs"][0]["results"]) == 2
    assert follow.startswith("timeout 3 ")  # which a machine may take to begin
    said = (bash(folder, follow.replace("3", seconds, 1)) for seconds in ("3", "15", "45"))
    assert json.loads(next(filter(None, said)))["type"] == "jwt"
    bash(folder, redact)
    clean = (folder / "clean.log").read_text()
    assert re.search(r"access_token=\[REDACTED:jwt:tfp1_[a-z2-7]{16}\] HTTP", clean)
    assert (folder / "logs" / "app.log").read_text() == clean
    assert "logs/app.log:3:5: shop-key tfp1_" in bash(folder, rules)


def test_the_types_of_the_page_are_those_that_there_are() -> None:
    table = PAGE.read_text().partition("| type | what |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.strip().splitlines()[1:]]
    shown = {one for row in rows for one in re.findall(r"`([^`]+)`", row)}
    ours = {
        token_kind.JWT,
        token_kind.JWE,
        token_kind.OURS,
        token_kind.KUBERNETES,
        token_kind.KUBERNETES_LEGACY,
    }
    ours |= {ENCODED, pem.TYPE, *values.TYPES}
    assert ours <= shown
    assert shown - ours <= {key.id for key in KEYS}
    assert "sixty forms" in table
    assert 55 <= len(KEYS) <= 65


def test_the_figures_of_the_page() -> None:
    text = PAGE.read_text()
    assert MAX_LINE_BYTES == 1 << 20
    assert "more than 1 MiB" in text
    assert MAX_LINES_BYTES == 64 << 10
    assert "64 KiB at most" in text
