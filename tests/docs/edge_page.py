"""What stands in docs/edge.md, and how does a reader who follows it come to a gateway that runs?"""

import copy
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests import builders as b
from tests.docs.pages import FOLLOWED, ROOT, blocks_of
from tests.tls.authority import Authority, Pair
from tests.wire.gateway_process import GatewayProcess

PAGE: Final = ROOT / "docs" / "edge.md"
TEXT: Final = PAGE.read_text()
ISSUER: Final = "https://idp.example.com"
HOST: Final = "api.example.com"

Json = dict[str, Any]

assert PAGE in FOLLOWED

_YAML: Final = [block.text for block in blocks_of(PAGE) if block.kind == "yaml"]
FILE, KUSTOMIZATION, MANIFESTS = _YAML[:3]
"""The files that the page has its reader write, in their order."""
PIECES: Final = {text: yaml.load(text, yaml.CSafeLoader) for text in _YAML[3:]}
"""What may stand in `gateway.yaml` in the place of what stands there."""

_SH: Final = [block.text for block in blocks_of(PAGE) if block.kind == "sh"]
PREPARE, CURL, EXPLAIN, CURL_WITH_CERTIFICATE = _SH
"""The commands, in their order."""
SERVE: Final = "gateway serve -c gateway.yaml\n"


def piece(word: str) -> Json:
    """The only piece that has this word."""
    (found,) = (document for text, document in PIECES.items() if word in text)
    return dict(found)


def with_pieces(*pieces: Mapping[str, Any]) -> Json:
    """The reader's file with these in it: sections are merged, lists and values are replaced."""
    whole = yaml.load(FILE, yaml.CSafeLoader)
    for one in pieces:
        _merge(whole, copy.deepcopy(one))
    return dict(whole)


def cells(line: str) -> list[str]:
    """The cells of a row of a table."""
    return [cell.strip() for cell in line.replace(r"\|", "\N{BROKEN BAR}").strip("|").split("|")]


def rows(head: str) -> list[list[str]]:
    """The rows of the table with this head."""
    lines = TEXT.partition(f"{head}\n")[2].splitlines()[1:]
    end = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return [cells(line) for line in lines[:end]]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody in an empty folder, with a shell that finds `gateway`."""

    folder: Path

    def bash(self, command: str, **environment: str) -> str:
        """What it prints; a command that fails is a failure."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        ran = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.folder,
            env={"PATH": path, "HOME": str(self.folder), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def prepare(self) -> None:
        """Do all that the page says up to the start; the gateway's own checks are among it."""
        (self.folder / "gateway.yaml").write_text(FILE)
        assert SERVE in PREPARE
        assert "error" not in self.bash(PREPARE.replace(SERVE, ""))

    def receive(self, authority: Authority, client: Pair) -> None:
        """Lay beside it what the page takes for granted: certificates of others."""
        shop = authority.serving("shop.example.com")
        for name, content in (
            *(("ca.crt", authority.pem), ("client-ca.crt", authority.pem)),
            *(("shop.crt", shop.chain), ("shop.key", shop.key)),
            *(("client.crt", client.chain), ("client.key", client.key)),
        ):
            (self.folder / "tls" / name).write_bytes(content)

    def serve(self, *backends: str, configuration: Json) -> GatewayProcess:
        """Start it, with the issuer's keys in a file, these servers, and free ports for its own."""
        configuration["issuers"]["corp"]["jwks_file"] = "issuer.json"
        configuration["upstreams"]["orders"]["servers"] = list(backends)
        (self.folder / "issuer.json").write_bytes(b.jwks(b.KEY))
        return GatewayProcess(configuration, self.folder)


# --- private ---


def _merge(into: Json, piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
