"""Does Helm take the chart, and is everything current that is made from something else?"""

from pathlib import Path

import pytest

from tests.helm import renew
from tests.helm.chart import CHART, SCENARIOS, helm

pytestmark = pytest.mark.wire
RENEW = "python -m tests.helm.renew"
each = pytest.mark.parametrize("scenario", SCENARIOS)


@each
def test_it_is_without_fault(scenario: str) -> None:
    said = helm("lint", "--strict", str(CHART), "--values", str(SCENARIOS[scenario]))
    assert "1 chart(s) linted, 0 chart(s) failed" in said
    assert "WARNING" not in said


def test_every_manifest_is_as_it_was_read_last() -> None:
    for path, text in renew.golden().items():
        assert path.read_text() == text, f"{RENEW}, and read what changed in {path.name}"


def test_no_golden_manifest_is_left_over() -> None:
    kept = renew.golden().keys()
    assert set(next(iter(kept)).parent.iterdir()) == set(kept)


def test_what_is_made_is_current() -> None:
    for path, text in renew.made().items():
        assert path.read_text() == text, RENEW


def test_it_becomes_one_file(tmp_path: Path) -> None:
    said = helm("package", str(CHART), "--destination", str(tmp_path))
    (package,) = tmp_path.glob("token-gateway-*.tgz")
    assert package.name in said
    held = helm("show", "all", str(package))
    assert "kubeVersion" in held
    assert "# The chart" in held
