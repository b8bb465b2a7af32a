"""Each file is in one part, and the parts take about the same time."""

from pathlib import Path

import pytest

from tests.quick.split import LEFT_OUT, files, split

TESTS = Path(__file__).parents[1]
PATHS = [Path(f"test_{letter}.py") for letter in "abcdefgh"]


@pytest.mark.parametrize("parts", [1, 2, 3, 8, 9])
@pytest.mark.parametrize("seconds", [{}, {"test_c.py": 9.0, "test_gone.py": 1.0}])
def test_no_file_is_lost_or_in_two_parts(parts: int, seconds: dict[str, float]) -> None:
    made = split(PATHS, seconds, parts)
    assert len(made) == parts
    assert sorted(path for part in made for path in part) == PATHS
    assert all(part == sorted(part) for part in made)
    assert sum(map(bool, made)) == min(parts, len(PATHS))


def test_the_parts_take_about_the_same_time() -> None:
    seconds = dict(zip((path.as_posix() for path in PATHS), (8.0, 1, 1, 1, 1, 1, 1, 2), strict=True))
    first, second = split(PATHS, seconds, 2)
    assert (first, second) == ([PATHS[0]], PATHS[1:])


def test_a_file_that_is_not_known_is_taken_for_a_usual_one() -> None:
    seconds = {"test_a.py": 1.0, "test_b.py": 2.0, "test_c.py": 9.0}
    assert split(PATHS[2:5], seconds, 2) == [[PATHS[2]], PATHS[3:5]]


def test_what_is_left_out_is_a_folder_or_marked_as_a_whole(tmp_path: Path) -> None:
    texts = {
        "test_a.py": "",
        "one/test_b.py": "import pytest\n\n# pytestmark = pytest.mark.wire\n",
        "one/test_c.py": "import pytest\n\npytestmark = pytest.mark.wire  # always\n",
        "one/test_d.py": 'pytestmark = [pytest.mark.usefixtures("x"), pytest.mark.long]\n',
        "one/test_e.py": 'pytestmark = [pytest.mark.usefixtures("wire")]\n',
        "one/more/test_f.py": "def test_it() -> None:\n    pytestmark = pytest.mark.wire\n",
        "one/node_modules/test_g.py": "",
        "server/test_h.py": "",
        "server/edge/deep/test_i.py": "",
        "server/edges/test_j.py": "",
        "one/written.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = [path.relative_to(tmp_path).as_posix() for path in files(tmp_path)]
    assert found == [
        "one/more/test_f.py",
        *("one/test_b.py", "one/test_e.py", "server/edges/test_j.py", "server/test_h.py", "test_a.py"),
    ]


def test_the_folders_that_are_left_out_are_there_and_the_rest_is_taken() -> None:
    for folder in LEFT_OUT:
        assert list((TESTS / folder).glob("test_*.py")), folder
    taken = set(files(TESTS))
    for path in ("architecture/test_mirror.py", "conformance/test_dialects.py", "core/test_jws.py"):
        assert TESTS / path in taken
    assert TESTS / "server/edge/test_exchange.py" not in taken
