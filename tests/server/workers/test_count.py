"""How many workers there are, from the files of control groups."""

from pathlib import Path

import pytest

from gateway.server.workers.count import default_count, quota_v1, quota_v2


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("max 100000\n", None),
        ("200000 100000\n", 2.0),
        ("150000 100000\n", 1.5),
        ("10000 100000", 0.1),
        ("", None),
        ("nonsense", None),
        ("1 0", None),
        ("-5 100000", None),
    ],
)
def test_version_2(text: str, quota: float | None) -> None:
    assert quota_v2(text) == quota


@pytest.mark.parametrize(
    ("quota_us", "period_us", "quota"),
    [("-1\n", "100000\n", None), ("50000\n", "100000\n", 0.5), ("", "", None), ("400000", "100000", 4.0)],
)
def test_version_1(quota_us: str, period_us: str, quota: float | None) -> None:
    assert quota_v1(quota_us, period_us) == quota


def files(root: Path, **contents: str) -> Path:
    for name, text in contents.items():
        path = root / name.replace("__", "/").replace("_max", ".max").replace("cfs_", "cpu.cfs_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def own(folder: Path, text: str) -> Path:
    path = folder / "own"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("cpu_max", "count"), [("max 100000", 8), ("250000 100000", 3), ("5000 100000", 1), ("990000 90000", 8)]
)
def test_in_a_container_the_mount_is_the_group(tmp_path: Path, cpu_max: str, count: int) -> None:
    groups = files(tmp_path / "cgroup", cpu_max=cpu_max)
    assert default_count(8, cgroups=groups, own=own(tmp_path, "0::/\n")) == count


def test_the_smallest_quota_of_the_groups_around_us_holds(tmp_path: Path) -> None:
    groups = files(
        tmp_path / "cgroup",
        a__cpu_max="200000 100000",
        a__b__cpu_max="max 100000",
        a__b__c__cpu_max="300000 100000",
    )
    assert default_count(8, cgroups=groups, own=own(tmp_path, "0::/a/b/c\n")) == 2


def test_version_1_has_a_folder_for_its_controller(tmp_path: Path) -> None:
    groups = files(tmp_path / "cgroup", cpu__cfs_quota_us="150000", cpu__cfs_period_us="100000")
    text = "12:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n"
    assert default_count(8, cgroups=groups, own=own(tmp_path, text)) == 2


def test_without_control_groups_every_usable_processor_counts(tmp_path: Path) -> None:
    assert default_count(3, cgroups=tmp_path / "absent", own=tmp_path / "absent") == 3
    assert default_count(0, cgroups=tmp_path / "absent", own=tmp_path / "absent") == 1
