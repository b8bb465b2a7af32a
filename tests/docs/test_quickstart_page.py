"""Does docs/quickstart.md lead from an Ingress to 401, 200 and a token of ours?

Stand-ins, because there is no cluster: `GatewayProcess` for the chart's Deployment (the issuer's keys in a
file, keys of its own in memory, a certificate by the Job's command, this machine as peer), nginx with what
ingress-nginx renders of annotations in the place of the controller, an echo for the Service, `Host` and a
port for DNS and TLS.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml

from tests.docs.edge_page import Reader
from tests.docs.pages import ROOT, Block, blocks_of
from tests.wire import lab_issuer
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.ingress import annotations, rendered
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port

pytestmark = pytest.mark.wire

PAGE = ROOT / "docs" / "quickstart.md"
BLOCKS = blocks_of(PAGE)
(INGRESS,) = (block.text for block in BLOCKS if block.kind == "yaml")
INSTALL, INIT, CHECK, EXPLAIN, CLUSTER, WITHOUT, WITH, ELSEWHERE = (
    block for block in BLOCKS if block.kind == "sh"
)
SERVICE = "token-gateway.token-gateway.svc"
SECRET = os.environ["CALLER_SECRET"]
TOKEN: dict[str, Any] = {
    "iss": "https://idp.example.com",
    "aud": "https://api.example.com",
    "scope": "orders:read",
}


def shown_after(command: Block) -> str:
    """What the reader should see: the block that follows."""
    following = BLOCKS[BLOCKS.index(command) + 1]
    assert following.kind == ""
    return following.text


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    one = Reader(folder=tmp_path_factory.mktemp("reader"))
    (one.folder / "orders.yaml").write_text(INGRESS)
    assert one.bash(INIT.text) == shown_after(INIT)
    return one


@pytest.fixture(scope="module")
def backend() -> Iterator[EchoBackend]:
    with EchoBackend() as one:
        yield one


@pytest.fixture(scope="module")
def port(reader: Reader, backend: EchoBackend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of the controller's stand-in."""
    folder, at = tmp_path_factory.mktemp("cluster"), free_port()
    snippet = (reader.folder / "token-gateway" / "snippets" / "orders.ingress-nginx.yaml").read_text()
    installed = _as_installed(reader.folder / "token-gateway", folder)
    own = [sys.executable, "-m", "gateway", "certificates", "init", "--directory", str(folder / "own")]
    subprocess.run([*own, "--name", SERVICE], check=True, capture_output=True, timeout=60)
    with GatewayProcess(installed, folder) as gateway:
        there = f"https://127.0.0.1:{gateway.decision_port}"
        assert f"https://{SERVICE}:4180" in snippet
        snippet = snippet.replace(f"https://{SERVICE}:4180", there)
        snippet = snippet.replace("REPLACE-WITH-THE-CALLER-SECRET", SECRET)
        http = rendered(annotations(snippet), port=at, backend=backend.port)
        with Nginx(Front.NGINX_NEW.component, http, folder / "nginx", port=at):
            yield at


def _as_installed(written: Path, folder: Path) -> dict[str, Any]:
    """The written files as one, with the stand-ins."""
    whole: dict[str, Any] = yaml.load((written / "gateway.yaml").read_text(), yaml.CSafeLoader)
    (included,) = whole.pop("include")
    policies = yaml.load((written / included).read_text(), yaml.CSafeLoader)
    policies["policies"]["orders"]["peers"] = ["127.0.0.1"]
    whole["issuers"]["corp"]["jwks_file"] = str(lab_issuer.write_keys(folder))
    whole["downstream"]["keys"] = {"store": "memory"}
    tls = {"certificate": "file:own/tls/tls.crt", "key": "file:own/tls/tls.key"}
    whole["listeners"] = {"decision": {"tls": tls}}
    return {**whole, **policies}


def curl(reader: Reader, block: Block, port: int) -> str:
    """The command of the page, to the stand-in; what the page shows begins the answer."""
    command = block.text.replace("https://api.example.com", f"http://127.0.0.1:{port}")
    assert command != block.text
    token = lab_issuer.lab_token(**TOKEN)
    answer = reader.bash(f"{command.rstrip()} -s -H 'Host: api.example.com'", TOKEN=token)
    for line in shown_after(block).splitlines():
        assert line.lower() in answer.lower()  # nginx spells them in its own way
    return answer


def test_the_written_files_are_checked_and_explained(reader: Reader) -> None:
    assert reader.bash(CHECK.text).startswith(shown_after(CHECK).rstrip())
    assert reader.bash(EXPLAIN.text, CALLER_SECRET=SECRET).startswith(shown_after(EXPLAIN))


def test_the_installation_names_what_is_there(reader: Reader) -> None:
    """Not run: pip would reach a registry, kubectl and helm a cluster. Their words are looked at."""
    assert 'gateway = "gateway.cli:main"' in (ROOT / "pyproject.toml").read_text()
    assert ["pip" in line for line in INSTALL.text.splitlines()] == [False, True, False]
    commands = [shlex.split(line) for line in CLUSTER.text.splitlines()]
    values = yaml.load((reader.folder / "token-gateway" / "values.yaml").read_text(), yaml.CSafeLoader)
    created = next(words for words in commands if "secret" in words)
    assert values["secrets"]["caller"] in created
    (installed,) = (words for words in commands if words[0] == "helm")
    assert "token-gateway/values.yaml" in installed


def test_401_without_a_token_and_200_with_one(reader: Reader, port: int, backend: EchoBackend) -> None:
    curl(reader, WITHOUT, port)
    assert backend.requests == []
    curl(reader, WITH, port)
    seen = backend.requests[-1].only("Authorization")
    claims = json.loads(jwt.utils.base64url_decode(seen.removeprefix("Bearer ").split(".")[1]))
    shown = json.loads(shown_after_text('"iss"'))
    assert {name: claims[name] for name in shown} == shown
    prose = PAGE.read_text()
    assert all(f"`{name}`" in prose for name in claims.keys() - shown.keys() - {"iat", "nbf", "exp"})
    before = len(backend.requests)
    curl(reader, ELSEWHERE, port)
    assert len(backend.requests) == before


def shown_after_text(word: str) -> str:
    (found,) = (block.text for block in BLOCKS if block.kind == "" and word in block.text)
    return found


def test_reasons_and_pages_that_are_named_exist() -> None:
    text = PAGE.read_text()
    reasons = (ROOT / "docs" / "reasons.md").read_text()
    for reason in re.findall(r"`(\w+)` in the record", text):
        assert f"`{reason}`" in reasons
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (PAGE.parent / target).exists()
