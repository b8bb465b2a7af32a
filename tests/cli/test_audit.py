"""`gateway audit`: its arguments, its exit codes, and what it writes where."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.configuration import Run
from tests.wire.components import REPOSITORY

ACCEPTED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: shop
  annotations:
    token-gateway.dev/ignore: {written}
"""
FOUND = ACCEPTED.format(name="orders", written="NGX-006")  # IGN-001, which is low
SOUND = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sound, namespace: shop}\n"
LOW = ("--fail-on", "low")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    Path("found.yaml").write_text(FOUND)
    Path("sound.yaml").write_text(SOUND)
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_the_exit_code_tells_whether_it_is_too_much(gateway: Run, folder: Path) -> None:
    assert gateway("audit", "sound.yaml").code == 0
    assert gateway("audit", "found.yaml").code == 0  # low, and high is too much
    assert gateway("audit", *LOW, "found.yaml").code == 1
    assert gateway("audit", "--fail-on", "medium", "found.yaml").code == 0
    assert gateway("audit", "--fail-on", "never", "found.yaml").code == 0
    ran = gateway("audit", *LOW, ".")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("ConfigMap/shop/orders  found.yaml\n  low       IGN-001  ")
    assert "1 finding: 1 low\n2 objects and 0 proxy files read, 0 routes\n" in ran.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"])
def test_what_cannot_be_read_is_2_and_said_in_every_format_beside_what_was_found(
    gateway: Run, folder: Path, form: str
) -> None:
    Path("broken.yaml").write_text("a: 'b\n")
    Path("binary.conf").write_bytes(b"\x00\x01\xff")
    ran = gateway("audit", *LOW, "--format", form, ".", "nowhere.yaml")
    assert ran.code == 2
    for told in ("broken.yaml", "is not text", "nowhere.yaml", "no such file or directory", "IGN-001"):
        assert told in ran.out, told


def test_nothing_to_audit_is_not_good_news(
    gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "empty").mkdir()
    ran = gateway("audit", "empty")
    assert ran.code == 2
    assert "holds neither an object of Kubernetes nor a proxy's configuration" in " ".join(ran.out.split())
    stdin(monkeypatch, b"")
    assert gateway("audit", "-").code == 2
    Path("empty/values.yaml").write_text("replicas: 2\n")
    assert gateway("audit", "empty").code == 2


def test_a_stream(gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, f"{SOUND}---\n{FOUND}".encode())
    ran = gateway("audit", *LOW, "-")
    assert ran.code == 1
    assert "ConfigMap/shop/orders  stdin\n" in ran.out
    assert "            11:31   what accepts NGX-006 gives no reason" in ran.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"])
def test_a_report_in_a_file_is_the_one_that_is_printed(gateway: Run, folder: Path, form: str) -> None:
    printed = gateway("audit", "--format", form, "found.yaml")
    ran = gateway("audit", "--format", form, "--output", "report", "found.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert Path("report").read_text() == printed.out
    assert "IGN-001" in printed.out


def test_a_report_that_cannot_be_written(gateway: Run, folder: Path) -> None:
    ran = gateway("audit", "--output", "no/where", "found.yaml")
    assert (ran.code, ran.err) == (2, "gateway: no/where cannot be written: no such file or directory\n")


def test_a_baseline_is_written_and_what_it_has_does_not_count(gateway: Run, folder: Path) -> None:
    ran = gateway("audit", "--write-baseline", "known.json", *LOW, ".")
    assert (ran.code, ran.out) == (0, "wrote known.json with 1 finding\n")
    known = ("--baseline", "known.json", *LOW)
    assert gateway("audit", *known, ".").code == 0
    Path("found.yaml").write_text(f"# a line more\n{FOUND}")
    assert gateway("audit", *known, ".").code == 0
    Path("more.yaml").write_text(ACCEPTED.format(name="more", written="NGX-006"))
    ran = gateway("audit", *known, ".")
    assert ran.code == 1
    assert "ConfigMap/shop/more" in ran.out
    assert "ConfigMap/shop/orders" not in ran.out
    assert "1 in the baseline" in ran.out


def test_an_entry_of_the_baseline_that_is_gone_is_said_and_no_failure(gateway: Run, folder: Path) -> None:
    assert gateway("audit", "--write-baseline", "known.json", ".").code == 0
    ran = gateway("audit", "--baseline", "known.json", *LOW, "sound.yaml")
    assert ran.code == 0
    assert "baseline: IGN-001 of ConfigMap/shop/orders is not found any more" in " ".join(ran.out.split())


def test_no_baseline_is_made_of_what_could_not_be_read(gateway: Run, folder: Path) -> None:
    Path("broken.yaml").write_text("a: 'b\n")
    ran = gateway("audit", "--write-baseline", "known.json", ".")
    assert ran.code == 2
    assert "broken.yaml:" in ran.err
    assert not Path("known.json").exists()


def test_a_baseline_that_is_none(gateway: Run, folder: Path) -> None:
    Path("known.json").write_text("{")
    ran = gateway("audit", "--baseline", "known.json", ".")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("gateway: known.json:1:2 is not JSON")


def test_rules_can_be_chosen_and_left_out(gateway: Run, folder: Path) -> None:
    assert gateway("audit", *LOW, "--rule", "IGN-001", ".").code == 1
    assert gateway("audit", *LOW, "--rule", "IGN-002", ".").code == 0
    assert gateway("audit", *LOW, "--skip", "IGN-001", ".").code == 0
    assert gateway("audit", *LOW, "--skip", "IGN-002", ".").code == 1
    for option in ("--rule", "--skip"):
        ran = gateway("audit", option, "NGX-999", ".")
        assert (ran.code, ran.out) == (2, "")
        assert "NGX-999 is no rule" in ran.err


def test_what_was_accepted_is_past_its_end_by_the_clock(
    gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = "'NGX-006: why; until=2027-01-31'"
    Path("found.yaml").write_text(ACCEPTED.format(name="orders", written=written))
    for now, code in ((1801439999.0, 0), (1801440000.0, 1)):  # 2027-01-31T23:59:59Z, and a second later
        monkeypatch.setattr("gateway.cli.audit_run.CLOCK", lambda now=now: now)
        assert gateway("audit", *LOW, "--rule", "IGN-002", "found.yaml").code == code


def test_github_gets_a_summary_too(gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary")
    gateway("audit", "--format", "json", ".")
    assert Path("summary").read_text() == "before\n"
    ran = gateway("audit", "--format", "github", ".")
    assert ran.out.startswith("::notice file=found.yaml,line=7,col=31,title=IGN-001 ")
    assert Path("summary").read_text().startswith("before\n## gateway audit\n\n**1 finding: 1 low**\n")


def test_our_own_configuration_is_read_where_it_is_given(gateway: Run, folder: Path, config: Path) -> None:
    assert gateway("audit", "-c", config, "sound.yaml").code == 0
    assert gateway("audit", "-c", "nowhere.yaml", "sound.yaml").code == 78


def test_a_folder_named_as_a_subcommand(gateway: Run, folder: Path) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "a.yaml").write_text(FOUND)
    assert gateway("audit", "./rules", *LOW).code == 1
    assert gateway("audit", *LOW, "rules").code == 1  # only the word behind `audit` is a subcommand
    ran = gateway("audit", "rules")
    assert ran.code == 0
    assert "IGN-001  low" in ran.out


def test_no_path_is_wrong_usage(gateway: Run) -> None:
    ran = gateway("audit")
    assert (ran.code, ran.err) == (2, "gateway: name a file or a folder, or --live\n")


def test_a_hostile_file_name_does_nothing(gateway: Run, folder: Path) -> None:
    name = "\x1b[31m\n::error::x.yaml"
    Path(name).write_text(FOUND)
    for form in ("text", "github", "markdown", "junit", "gitlab"):
        ran = gateway("audit", "--format", form, ".")
        assert ran.code == 0
        assert "\x1b" not in ran.out
        assert not any(line.startswith("::error::") for line in ran.out.splitlines())
    document = json.loads(gateway("audit", "--format", "json", ".").out)
    assert [one["file"] for one in document["findings"]] == [name, "found.yaml"]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"])
def test_hostile_names_in_a_manifest_do_nothing(gateway: Run, folder: Path, form: str) -> None:
    name = "\x1b[31m\r\n::error::x|`</testcase>]]>\u202e@all"
    accepted = {"token-gateway.dev/ignore": f"IGN-002 NGX-001: {name.replace(chr(10), '')}"}
    faulty = {"token-gateway.dev/ignore": f"NGX-006 {name}"}
    objects = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "annotations": one}}
        for one in (accepted, faulty)
    ]
    Path("hostile.json").write_text("\n---\n".join(map(json.dumps, objects)))
    ran = gateway("audit", "--format", form, "hostile.json")
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert not any(line.startswith("::error") for line in ran.out.splitlines())
    assert "</testcase>]]>" not in ran.out or form in {"text", "json", "sarif", "github", "gitlab"}


@pytest.mark.long
def test_a_stdout_that_is_not_utf8(folder: Path) -> None:
    Path("\u4e16\u754c.yaml").write_text(FOUND)
    for form in ("text", "github", "markdown", "junit"):
        ran = subprocess.run(
            [sys.executable, "-m", "gateway", "audit", "--format", form, "."],
            env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert r"\u4e16\u754c.yaml" in ran.stdout


def test_a_file_name_that_is_no_text(gateway: Run, folder: Path) -> None:
    Path("found.yaml").rename(b"\xff\xfe.yaml".decode(errors="surrogateescape"))
    for form in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown"):
        ran = gateway("audit", "--format", form, *LOW, ".")
        assert (ran.code, ran.err) == (1, ""), form
