"""The watched deny list: who is added counts at once, who is gone after two readings; no fault undoes it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.config.problem import ConfigError
from gateway.config.revocations import MAX_BYTES
from gateway.config.world import RevocationFile
from gateway.server.deny_list import DenyList, read_deny_list
from tests import builders as b


@dataclass
class Notes:
    """An observer that keeps all it is told."""

    told: list[str] = field(default_factory=list)

    def changed(self, count: int) -> None:
        self._note(f"changed {count}")

    def refused(self, problems: Sequence[str]) -> None:
        self._note(f"refused {problems[0]}")

    def healed(self) -> None:
        self._note("healed")

    def _note(self, note: str) -> None:
        self.told.append(note)


@dataclass
class Desk:
    """A file, the list of it, and a clock that stands still until it is moved."""

    path: Path
    notes: Notes = field(default_factory=Notes)
    now: float = b.NOW

    def __post_init__(self) -> None:
        self.file = RevocationFile(path=str(self.path), issuer_ids=frozenset({"corp"}))
        self.list = self.another()

    def another(self, notes: Notes | None = None) -> DenyList:
        return DenyList(self.file, notes or self.notes, clock=lambda: self.now)

    def write(self, *jtis: str, rest: str = "") -> None:
        """As one should: a new file in the place of the old."""
        new = self.path.with_name("new")
        new.write_text(text(*jtis) + rest)
        new.replace(self.path)

    @property
    def named(self) -> set[str]:
        return {jti for _, jti in self.list.current.jtis}


def text(*jtis: str) -> str:
    return "revoked:\n" + "".join(f"  - {{issuer: corp, jti: {jti}}}\n" for jti in jtis)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "revoked.yaml")
    desk.write("a", "b")
    desk.list.open()
    return desk


# --- the first reading ----------------------------------------------------------------


def test_it_opens_with_what_the_file_says(desk: Desk) -> None:
    assert desk.named == {"a", "b"}
    assert desk.list.content == text("a", "b").encode()
    assert not desk.list.refused
    assert desk.notes.told == []


@pytest.mark.parametrize("break_it", ["missing", "pipe", "large", "wrong"])
def test_it_does_not_open_without_a_good_file(tmp_path: Path, break_it: str) -> None:
    desk = Desk(tmp_path / "revoked.yaml")
    spoil(desk, break_it)
    with pytest.raises(ConfigError) as caught:
        desk.list.open()
    (problem,) = caught.value.problems
    assert problem.file == str(desk.path)
    assert problem.fix


def spoil(desk: Desk, how: str) -> None:
    desk.path.unlink(missing_ok=True)
    match how:
        case "pipe":
            os.mkfifo(desk.path)
        case "large":
            desk.path.write_bytes(b"#" * (MAX_BYTES + 1))
        case "wrong":
            desk.path.write_text("revoked:\n  - {issuer: nobody, jti: a}\n")
        case "truncated":
            desk.path.write_text("")
        case "half-written":
            desk.path.write_text(text("a", "b")[:-6])
        case "directory":
            desk.path.mkdir()
        case _:
            assert how == "missing"


# --- the next ones ---------------------------------------------------------------------


async def test_nothing_new_is_nothing(desk: Desk) -> None:
    before = desk.list.current
    assert not await desk.list.look()
    assert desk.list.current is before
    assert desk.notes.told == []


async def test_who_is_added_counts_at_once(desk: Desk) -> None:
    desk.write("a", "b", "c")
    assert await desk.list.look()
    assert desk.named == {"a", "b", "c"}
    assert not await desk.list.look()
    assert desk.notes.told == ["changed 3"]


async def test_who_is_gone_is_forgiven_at_the_second_reading(desk: Desk) -> None:
    desk.write("a", "c")
    assert await desk.list.look()
    assert desk.named == {"a", "b", "c"}
    assert await desk.list.look()
    assert desk.named == {"a", "c"}
    assert not await desk.list.look()
    assert desk.notes.told == ["changed 3", "changed 2"]


async def test_a_file_caught_while_it_is_written_over_takes_nobody_off(desk: Desk) -> None:
    desk.path.write_text(text("a"))  # so far; what is there has the right form
    await desk.list.look()
    assert desk.named == {"a", "b"}
    desk.path.write_text(text("a", "b", "c"))
    for _ in range(3):
        await desk.list.look()
    assert desk.named == {"a", "b", "c"}
    assert desk.notes.told == ["changed 3"]


async def test_a_file_that_changes_all_the_time_does_not_grow_the_list(desk: Desk) -> None:
    for number in range(5):
        desk.write(f"j{number}")
        await desk.list.look()
    assert desk.named == {"j3", "j4"}


async def test_another_spelling_is_no_other_list(desk: Desk) -> None:
    before = desk.list.current
    desk.write("b", "a", rest="# why\n")
    await desk.list.look()
    assert desk.list.current is before
    assert desk.notes.told == []


async def test_a_swapped_link_is_followed(tmp_path: Path) -> None:
    """As Kubernetes swaps a mounted ConfigMap."""
    for name, jtis in (("..1", ("a",)), ("..2", ("a", "b"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "revoked.yaml").write_text(text(*jtis))
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "revoked.yaml").symlink_to("..data/revoked.yaml")
    desk = Desk(tmp_path / "revoked.yaml")
    desk.list.open()
    (tmp_path / "swap").symlink_to("..2")
    (tmp_path / "swap").rename(tmp_path / "..data")
    assert await desk.list.look()
    assert desk.named == {"a", "b"}


# --- what cannot be used -----------------------------------------------------------------

FAULTS = ("missing", "pipe", "large", "wrong", "truncated", "half-written", "directory")


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_last_good_list_stays_and_the_fault_is_told_once(desk: Desk, fault: str) -> None:
    before = desk.list.current
    spoil(desk, fault)
    for _ in range(3):
        assert not await desk.list.look()
    assert desk.list.current is before
    assert desk.list.refused
    assert [note.partition(" ")[0] for note in desk.notes.told] == ["refused"]
    if desk.path.is_dir():
        desk.path.rmdir()
    desk.write("a", "b", "c")
    assert await desk.list.look()
    assert not desk.list.refused
    assert desk.notes.told[1:] == ["healed", "changed 3"]


async def test_another_fault_is_told_again(desk: Desk) -> None:
    for fault in ("missing", "wrong", "missing"):
        spoil(desk, fault)
        await desk.list.look()
    assert len(desk.notes.told) == 3


async def test_what_was_gone_before_a_fault_needs_no_third_reading(desk: Desk) -> None:
    desk.write("a")
    await desk.list.look()
    spoil(desk, "missing")
    await desk.list.look()
    assert desk.named == {"a", "b"}
    desk.write("a")
    await desk.list.look()
    assert desk.named == {"a"}


# --- entries that end ----------------------------------------------------------------------


async def test_an_entry_ends_although_the_file_stays(desk: Desk) -> None:
    desk.write("a", rest="  - {issuer: corp, jti: c, until: 2027-01-15T09:00:00Z}\n")
    await desk.list.look()
    await desk.list.look()
    assert desk.named == {"a", "c"}
    desk.now = b.NOW + 3600 + 299
    assert not await desk.list.look()
    desk.now += 1
    assert await desk.list.look()
    assert desk.named == {"a"}
    assert not await desk.list.look()


# --- in other processes --------------------------------------------------------------------


async def test_who_is_given_the_content_has_the_same_list(desk: Desk) -> None:
    worker = desk.another(Notes())
    worker.open(desk.list.content)
    for jtis in (("a",), (), ("c",), ("c",), ("c", "d"), ("d",), ("d",)):
        desk.write(*jtis) if jtis else desk.path.write_text("revoked: []\n")
        if await desk.list.look():
            await worker.take(desk.list.content)
        assert worker.current == desk.list.current


def test_a_list_can_be_read_once(desk: Desk) -> None:
    assert read_deny_list(desk.file, now=b.NOW).revocations == desk.list.current
