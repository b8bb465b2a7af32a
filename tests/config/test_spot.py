from pathlib import Path

from gateway.config.problem import Unfit
from gateway.config.source import Source, parse_file
from gateway.config.spot import Spot


def spot(*damaged: tuple[str | int, ...]) -> Spot:
    tree, _ = parse_file(Path("f.yaml"), b"a:\n  - one\n  - two\nb: 1\n")
    return Spot(source=Source(file="f.yaml", tree=tree, damaged=frozenset(damaged)))


def even(text: str) -> int:
    if len(text) % 2:
        raise Unfit("is odd", "add a letter")
    return len(text)


def test_reading_notes_what_is_wrong_and_goes_on() -> None:
    here = spot()
    assert (here / "a").read_each(even, ("one", "four", "two")) == (4,)
    assert [(one.path, one.line, one.what, one.fix) for one in here.problems] == [
        ("a[0]", 2, "is odd", "add a letter"),
        ("a[2]", 1, "is odd", "add a letter"),
    ]


def test_all_spots_of_a_file_share_what_was_found() -> None:
    here = spot()
    (here / "a" / 0).refuse("is wrong", "right it")
    (here / "b").warn("is insecure")
    assert len(here.problems) == len((here / "b").problems) == 1
    assert here.warnings == ["f.yaml: b: is insecure"]


def test_nothing_is_said_about_what_cannot_be_judged() -> None:
    here = spot(("a", 1))
    for place in (here, here / "a", here / "a" / 1, here / "a" / 1 / "x"):
        place.refuse("is wrong", "right it")
    assert here.problems == []
    (here / "a" / 0).refuse("is wrong", "right it")
    assert [one.path for one in here.problems] == ["a[0]"]
    assert (here / "a" / 1).in_doubt
    assert not (here / "a" / 0).in_doubt
