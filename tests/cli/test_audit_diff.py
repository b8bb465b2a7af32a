from pathlib import Path

from tests.cli.configuration import Run
from tests.cli.ingresses import HALF, OPEN, PROTECTED, written


def test_a_lost_lock_is_exit_1_and_says_what_it_was(gateway: Run, tmp_path: Path) -> None:
    base, head = written(tmp_path, PROTECTED, "base.yaml"), written(tmp_path, OPEN, "head.yaml")
    ran = gateway("audit", "diff", base, head)
    assert ran.code == 1
    assert "DIF-001  Authentication is lost" in ran.out
    assert "was protected (token gateway, policy orders), and now" in ran.out
    assert "head.yaml" in ran.out
    document = gateway("audit", "diff", base, head, "--format", "json").document
    assert [one["rule"] for one in document["findings"]] == ["DIF-001", "DIF-002"]


def test_nothing_changed_is_exit_0(gateway: Run, tmp_path: Path) -> None:
    file = written(tmp_path, PROTECTED)
    assert gateway("audit", "diff", file, file).code == 0


def test_how_much_is_too_much(gateway: Run, tmp_path: Path) -> None:
    base, head = written(tmp_path, PROTECTED, "base.yaml"), written(tmp_path, HALF, "head.yaml")
    assert gateway("audit", "diff", base, head).code == 1
    assert gateway("audit", "diff", base, head, "--fail-on", "critical").code == 0
    assert gateway("audit", "diff", head, base).code == 0
    assert gateway("audit", "diff", head, base, "--fail-on", "medium").code == 1  # a header that is new


def test_a_side_that_cannot_be_read_is_exit_2(gateway: Run, tmp_path: Path) -> None:
    file = written(tmp_path, PROTECTED)
    missing = gateway("audit", "diff", file, tmp_path / "missing")
    assert missing.code == 2
    assert "is not there" not in missing.err
    assert "cannot be read" in missing.out
    assert gateway("audit", "diff", file).code == 2
    assert gateway("audit", "diff", file, file, "--live").code == 2


def test_it_is_written_to_a_file(gateway: Run, tmp_path: Path) -> None:
    base, report = written(tmp_path, PROTECTED), tmp_path / "report.sarif"
    ran = gateway("audit", "diff", base, base, "--format", "sarif", "--output", report)
    assert (ran.code, ran.out) == (0, "")
    assert '"2.1.0"' in report.read_text()
