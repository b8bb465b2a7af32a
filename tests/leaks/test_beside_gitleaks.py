"""Whatever gitleaks finds in a file, is it found here too?

The real program, with its own rules, over the corpus and over files of everyday. What it calls a secret may
be more than ours, as it takes some names and quotes with it; and less, as it decodes some: so every long word
of its secret that stands in the file has to be in a secret of ours, and so has something on its lines.
"""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.leaks.finding import Finding
from gateway.leaks.rules_file import read_rules
from gateway.leaks.scan import find
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from tests.leaks.corpus.everyday import files
from tests.leaks.corpus.samples import FALSE, true_samples
from tests.leaks.made import Maker
from tests.wire.components import Component, locate, version

pytestmark = pytest.mark.wire

FINDER, PRINTS = Finder(), Fingerprints(bytes(range(16)))
MODULE = Path(__file__).parent / "gitleaks"
BY_THE_PATH = {"pkcs12-file"}  # a file's name, and nothing in it
NARROWER = {"jwt": ("jwt-base64", "kubernetes-service-account-token", "kubernetes-legacy-token")}
WORD = re.compile(rb"[A-Za-z0-9_+/-]{10,}")


def theirs(folder: Path, *more: str | Path) -> list[dict[str, Any]]:
    report = folder.parent / "report.json"
    command: list[str | Path] = [locate(Component.GITLEAKS), "dir", "--no-banner", "--exit-code", "0", *more]
    subprocess.run(
        [*command, "--log-level", "error", "--report-format", "json", "--report-path", report, folder],
        check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    return list(json.loads(report.read_text()))


def default_file() -> Path:
    """Of the module that the program was built from."""
    asked: list[str | Path] = [
        locate(Component.GO),
        "mod",
        "download",
        "-json",
        "github.com/zricethezav/gitleaks/v8",
    ]
    said = subprocess.run(asked, cwd=MODULE, check=True, capture_output=True, timeout=120)
    return Path(json.loads(said.stdout)["Dir"], "config", "gitleaks.toml")


def everything(folder: Path) -> Path:
    """The corpus, files of everyday, and some whose names count."""
    folder.mkdir()
    for number, text in enumerate([*(one.text for one in true_samples()), *FALSE]):
        (folder / f"{number}.txt").write_bytes(text)
    for seed in range(3):
        for name, content in files(seed):
            (folder / f"{seed}-{name}").write_bytes(content)
    m = Maker(5)
    (folder / "keys.p12").write_bytes(b"\x30\x82")
    (folder / "secret.yml").write_bytes(
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  password: {m.text(24)}==\n".encode()
    )
    (folder / "main.tf").write_bytes(f'administrator_login_password = "{m.text(12)}"\n'.encode())
    (folder / "package-lock.json").write_bytes(f'"api_key": "{m.text(32)}"\n'.encode())
    (folder / "recipe.bb").write_bytes(f'SRC_KEY = "{m.text(32)}"\nLICENSE_KEY = "{m.text(32)}"\n'.encode())
    return folder


def missed(one: dict[str, Any], text: bytes, ours: list[Finding]) -> bool:
    first, last = one["StartLine"], one["EndLine"]
    near = any(first - 1 <= ours_.line <= last + 1 for ours_ in ours)
    found = b" ".join(text[ours_.start : ours_.end] for ours_ in ours)
    words = [word for word in WORD.findall(one["Secret"].encode()) if word in text]
    return not near or any(word not in found for word in words)


def test_what_gitleaks_finds_is_found(tmp_path: Path) -> None:
    assert int(version(Component.GITLEAKS).split(".")[0]) >= 8
    folder = everything(tmp_path / "files")
    all_of_theirs = theirs(folder)
    assert len(all_of_theirs) > 900
    assert len(Counter(one["RuleID"] for one in all_of_theirs)) > 45
    texts = {str(file): file.read_bytes() for file in folder.iterdir()}
    ours = {name: list(find(text, FINDER, PRINTS)) for name, text in texts.items()}
    lacking = [
        (one["RuleID"], Path(one["File"]).name, one["StartLine"])
        for one in all_of_theirs
        if one["RuleID"] not in BY_THE_PATH
        if missed(one, texts[one["File"]], ours[one["File"]])
    ]
    assert lacking == []


def test_by_its_own_file_of_rules_all_is_found_that_it_finds_and_by_the_same_ids(tmp_path: Path) -> None:
    rules = default_file()
    folder = everything(tmp_path / "files")
    finder = Finder(extras=read_rules(rules).rules)
    all_of_theirs = theirs(folder, "--config", rules)
    assert len({one["RuleID"] for one in all_of_theirs}) > 47
    assert {"pkcs12-file", "kubernetes-secret-yaml", "generic-api-key"} <= {
        one["RuleID"] for one in all_of_theirs
    }
    texts = {str(file): file.read_bytes() for file in folder.iterdir()}
    ours = {name: list(find(text, finder, PRINTS, file=name)) for name, text in texts.items()}
    lacking = [
        (one["RuleID"], Path(one["File"]).name, one["StartLine"])
        for one in all_of_theirs
        if not any(_is_it(one, texts[one["File"]], found) for found in ours[one["File"]])
    ]
    assert lacking == []
    assert not any(found.type == "generic-api-key" for found in ours[str(folder / "package-lock.json")])


def _is_it(one: dict[str, Any], text: bytes, found: Finding) -> bool:
    """By its id, and by the secret. What they had decoded before is found by what it is more narrowly."""
    if any(tag.startswith("decode") for tag in one["Tags"]):
        return found.type in {one["RuleID"], *NARROWER.get(one["RuleID"], ())}
    return found.type == one["RuleID"] and one["Secret"].encode() in text[found.start : found.end]
