from pathlib import Path

import pytest

from gateway.config.load import load_config
from gateway.config.problem import ConfigError, Problem
from tests.config.files import Json, valid, write


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value.problems


def with_teams(folder: Path, *includes: str) -> Path:
    config = valid()
    config["include"] = list(includes)
    return write(folder, config)


def team(*policies: str) -> Json:
    return {"policies": dict.fromkeys(policies, valid()["policies"]["orders"])}


def test_what_was_read(tmp_path: Path) -> None:
    path = write(tmp_path, valid())
    config = load_config(path)
    assert config.directory == tmp_path
    assert config.issuer_ids == frozenset({"corp", "keys-at", "in-file"})
    assert config.problems == ()
    (source,) = config.sources
    assert source.file == str(path)
    assert set(source.policies) == {"orders"}
    assert config.main.issuers["corp"].leeway == "10s"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"- a", "not a mapping"),
        (b"a: \xff", "not UTF-8"),
        (b"a" * ((1 << 20) + 1), "larger than 1 MiB"),
        (b"\xff\xfea\x00", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_bytes(content)
    (problem,) = problems(path)
    assert problem.file == str(path)
    assert what in problem.what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no such file" in problems(tmp_path / "gateway.yaml")[0].what
    assert "directory" in problems(tmp_path)[0].what


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, valid())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    load_config(path)


def test_where_utf_8_ends(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_bytes(b"issuers: {}\n# caf\xe9\n")
    assert problems(path)[0].line == 2


def test_a_folder_is_read_by_name_without_what_kubernetes_hides(tmp_path: Path) -> None:
    teams = tmp_path / "teams"
    teams.mkdir()
    write(teams, team("b"), "b.yaml")
    write(teams, team("a"), "a.yml")
    write(teams, team("c"), "..data.yaml")
    write(teams, team("d"), "notes.txt")
    (teams / "folder.yaml").mkdir()
    config = load_config(with_teams(tmp_path, "teams"))
    assert [Path(source.file).name for source in config.sources] == ["gateway.yaml", "a.yml", "b.yaml"]
    assert config.problems == ()


def test_an_included_file_holds_policies_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {**team("a"), "issuers": {}}, "a.yaml")
    write(tmp_path, {"include": ["b.yaml"]}, "b.yaml")
    config = load_config(with_teams(tmp_path, "a.yaml", "b.yaml"))
    assert [(one.path, one.what) for one in config.sources[1].problems] == [("issuers", "is not a known key")]
    assert {one.path for one in config.sources[2].problems} == {"include", "policies"}


def test_a_policy_belongs_to_the_first_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, team("orders"), "a.yaml")
    write(tmp_path, team("x"), "b.yaml")
    write(tmp_path, team("y", "x"), "c.yaml")
    config = load_config(with_teams(tmp_path, "a.yaml", "b.yaml", "c.yaml"))
    main, first, second, third = config.sources
    assert (main.problems, second.problems) == ((), ())
    assert [(one.path, main.file in one.what) for one in first.problems] == [("policies.orders", True)]
    assert [(one.path, second.file in one.what) for one in third.problems] == [("policies.x", True)]


def test_a_link_that_leads_nowhere_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    teams = tmp_path / "teams"
    teams.mkdir()
    (teams / "loop.yaml").symlink_to("loop.yaml")
    (teams / "gone.yaml").symlink_to("nothing")
    config = load_config(with_teams(tmp_path, "teams"))
    assert all("cannot be read" in one.what for one in config.problems)
    assert {Path(one.file).name for one in config.problems} == {"loop.yaml", "gone.yaml"}


def test_an_unreadable_included_file_is_named_and_the_others_stand(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("policies: [")
    (tmp_path / "b.yaml").write_bytes(b"\xff")
    write(tmp_path, team("c"), "c.yaml")
    config = load_config(with_teams(tmp_path, "a.yaml", "b.yaml", "c.yaml"))
    assert [bool(source.problems) for source in config.sources] == [False, True, True, False]
    assert {Path(one.file).name for one in config.problems} == {"a.yaml", "b.yaml"}


@pytest.mark.parametrize(
    ("includes", "path", "what"),
    [
        (["missing.yaml"], "include[0]", "no such file"),
        (["a.yaml", "./a.yaml"], "include[1]", "twice"),
        (["gateway.yaml"], "include[0]", "itself"),
        (["."], "include[0]", "itself"),
        (["x" * 300], "include[0]", "cannot be read"),
    ],
)
def test_includes_that_are_mistakes_of_the_main_file(
    tmp_path: Path, includes: list[str], path: str, what: str
) -> None:
    write(tmp_path, team("a"), "a.yaml")
    (problem,) = problems(with_teams(tmp_path, *includes))
    assert problem.path == path
    assert what in problem.what


def test_the_generation_follows_every_file(tmp_path: Path) -> None:
    included = write(tmp_path, team("a"), "a.yaml")
    path = with_teams(tmp_path, "a.yaml")
    first = load_config(path).generation
    assert first == load_config(path).generation
    assert len(first) == 16
    included.write_text(included.read_text() + "# changed\n")
    second = load_config(path).generation
    path.write_text(path.read_text() + "# changed\n")
    third = load_config(path).generation
    assert len({first, second, third}) == 3
