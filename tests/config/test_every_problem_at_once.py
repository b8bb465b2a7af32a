import re
from pathlib import Path

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError, Problem

BROKEN = Path(__file__).with_name("broken.yaml")


def planted() -> list[tuple[int, str, str]]:
    lines = enumerate(BROKEN.read_text().splitlines(), start=1)
    return [
        (number, path, words)
        for number, line in lines
        for path, words in re.findall(r"(?:#!|;) (\S+) \| ([^;]+?)\s*(?=;|$)", line)
        if number > 2
    ]


def reported() -> tuple[Problem, ...]:
    try:
        load_world(BROKEN)
    except ConfigError as error:
        return error.problems
    raise AssertionError("the broken file was accepted")


def test_each_planted_mistake_is_reported_in_its_line_and_nothing_else() -> None:
    problems = reported()
    assert {(one.line, one.path) for one in problems} == {(line, path) for line, path, _ in planted()}
    assert len(problems) == len(planted()) > 45


def test_each_says_what_is_wrong_and_what_to_do() -> None:
    by_path = {problem.path: problem for problem in reported()}
    for line, path, words in planted():
        problem = by_path[path]
        assert words in problem.what, problem
        assert problem.fix
        assert str(problem).startswith(f"{BROKEN}:{line}:{problem.column} {path}: ")
        assert f". Fix: {problem.fix}." in str(problem)


def test_they_come_in_the_order_of_the_file() -> None:
    lines = [problem.line for problem in reported()]
    assert lines == sorted(lines)


def test_no_value_that_may_be_a_secret_is_said() -> None:
    assert "hunter2" not in "\n".join(map(str, reported()))
