"""Does the table of proxies have every proxy and every question that is asked behind more than one?"""

import re

from tests.architecture.source import ROOT, python_files
from tests.wire.fronts import Front
from tests.wire.guarantees import BEGIN, END, PAGE, Shown, question, table

VERSIONS = dict.fromkeys(Front, "1.0")


def rows() -> list[list[str]]:
    made = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in made.splitlines()]


def test_every_proxy_has_a_column() -> None:
    head, *_ = rows()
    assert [cell.split(" ")[0] for cell in head] == ["guarantee", *Front]
    assert all(re.fullmatch(r"[a-z-]+ \d+\.\d+(\.\d+)?", cell) for cell in head[1:])


def test_every_question_that_is_asked_behind_all_of_them_is_a_row() -> None:
    """A file whose tests take a stand, all `stands` or a front, with no fixture of its own for it."""
    names = re.compile("|".join({front.split("-")[0] for front in Front}))
    files = [
        one
        for one in python_files("tests/wire")
        if one.stem.startswith("test_") and not names.search(one.stem)
    ]
    asked = {
        question(f"tests.wire.{path.stem}")
        for path in files
        if re.search(r"\((stand|stands|front): ", path.read_text()) and "def front(" not in path.read_text()
    }
    shown = {row[0]: row[1:] for row in rows()[2:]}
    assert asked <= shown.keys()
    assert all(cell.isdigit() for one in asked for cell in shown[one])


def test_the_table_counts_and_leaves_out_what_one_proxy_alone_does() -> None:
    shown: Shown = {
        "tests.wire.test_allowed": {Front.CADDY: 3, Front.ENVOY: 4},
        "tests.wire.test_haproxy": {Front.HAPROXY: 5},
    }
    head, _, *lines = table(shown, VERSIONS).splitlines()
    assert head.startswith("| guarantee | nginx-new 1.0 |")
    cells = {Front.CADDY: "3", Front.ENVOY: "4"}
    counts = " | ".join(cells.get(front, "") for front in Front)
    assert lines == [f"| {question('tests.wire.test_allowed')} | {counts} |"]


def test_the_command_is_there() -> None:
    assert "\ntest-proxies:" in (ROOT / "Makefile").read_text()
