from pathlib import Path

import pytest

from gateway.config.source import MAX_FILE_BYTES, Source, parse_file, read_file
from gateway.config.tree import Node, written_at
from gateway.config.yaml_tree import NotYaml


def source() -> Source:
    tree, problems = parse_file(Path("f.yaml"), b"a:\n  - b: 1\n  - b: 2\n    c: 3\n")
    assert problems == ()
    return Source(file="f.yaml", tree=tree.without(frozenset({("a", 0)})))


def test_a_problem_is_where_the_value_is_in_the_file_as_written() -> None:
    problem = source().problem(("a", 0, "c"), "is wrong", "right it")
    assert (problem.line, problem.column, problem.path) == (4, 8, "a[1].c")
    assert source().original(("a", 0, "c")) == ("a", 1, "c")


def test_what_is_not_there_is_told_where_it_would_be() -> None:
    problem = source().problem(("a", 0, "d", "e"), "is missing", "add it")
    assert (problem.line, problem.column, problem.path) == (3, 5, "a[1].d.e")


def test_policies_that_stand_in_are_not_the_files_own() -> None:
    stand_in: Node = written_at((1, 1), (), {"policies": {"orders": {}}})
    damaged = frozenset({("policies",)})
    assert Source(file="f", tree=stand_in, policies={}, damaged=damaged).own_policies() == frozenset()


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * MAX_FILE_BYTES)
    assert len(read_file(path)) == MAX_FILE_BYTES
    path.write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    with pytest.raises(NotYaml, match="1 MiB"):
        read_file(path)
