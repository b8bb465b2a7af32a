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
from gateway.leaks.scan import find
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from tests.leaks.corpus.everyday import files
from tests.leaks.corpus.samples import FALSE, true_samples
from tests.wire.components import Component, locate, version

pytestmark = pytest.mark.wire

FINDER, PRINTS = Finder(), Fingerprints(bytes(range(16)))
WORD = re.compile(rb"[A-Za-z0-9_+/-]{10,}")


def theirs(folder: Path) -> list[dict[str, Any]]:
    report = folder.parent / "report.json"
    command: list[str | Path] = [
        locate(Component.GITLEAKS),
        "dir",
        "--no-banner",
        "--exit-code",
        "0",
        "--log-level",
        "error",
    ]
    subprocess.run(
        [*command, "--report-format", "json", "--report-path", report, folder],
        check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    return list(json.loads(report.read_text()))


def missed(one: dict[str, Any], text: bytes, ours: list[Finding]) -> bool:
    first, last = one["StartLine"], one["EndLine"]
    near = any(first - 1 <= ours_.line <= last + 1 for ours_ in ours)
    found = b" ".join(text[ours_.start : ours_.end] for ours_ in ours)
    words = [word for word in WORD.findall(one["Secret"].encode()) if word in text]
    return not near or any(word not in found for word in words)


def test_what_gitleaks_finds_is_found(tmp_path: Path) -> None:
    assert int(version(Component.GITLEAKS).split(".")[0]) >= 8
    folder = tmp_path / "files"
    folder.mkdir()
    for number, text in enumerate([*(one.text for one in true_samples()), *FALSE]):
        (folder / f"{number}.txt").write_bytes(text)
    for seed in range(3):
        for name, content in files(seed):
            (folder / f"{seed}-{name}").write_bytes(content)
    all_of_theirs = theirs(folder)
    assert len(all_of_theirs) > 900
    assert len(Counter(one["RuleID"] for one in all_of_theirs)) > 45
    texts = {str(file): file.read_bytes() for file in folder.iterdir()}
    ours = {name: list(find(text, FINDER, PRINTS)) for name, text in texts.items()}
    lacking = [
        (one["RuleID"], Path(one["File"]).name, one["StartLine"])
        for one in all_of_theirs
        if missed(one, texts[one["File"]], ours[one["File"]])
    ]
    assert lacking == []
