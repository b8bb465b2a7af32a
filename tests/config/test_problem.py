import pytest

from gateway.config.problem import ConfigError, Problem, render_path, show, show_value, sorted_problems


def problem(file: str, line: int, path: str = "a.b") -> Problem:
    return Problem(file=file, line=line, column=7, path=path, what="is wrong", fix="right it")


def test_a_problem_reads_like_a_compilers() -> None:
    assert str(problem("gateway.yaml", 12)) == "gateway.yaml:12:7 a.b: is wrong. Fix: right it."
    assert str(problem("gateway.yaml", 1, "")) == "gateway.yaml:1:7 is wrong. Fix: right it."


def test_paths() -> None:
    assert render_path(("policies", "orders", "routes", 0, "methods")) == "policies.orders.routes[0].methods"
    assert render_path(()) == ""
    assert render_path(("a b", "c\n", "d.e")) == '"a b"."c\\n".d.e'


def test_names_are_shown_without_what_a_terminal_would_act_on() -> None:
    assert show("x\x1b[31m") == '"x\\u001b[31m"'
    assert show("x" * 65) == f'"{"x" * 64}"...'


@pytest.mark.parametrize("text", ["eyJhbGciOiJub25lIn0", "two words", "x" * 49, "a@b", "a=b", "ä"])
def test_what_may_be_a_secret_is_not_shown(text: str) -> None:
    assert show_value(text) == "this value"


def test_an_error_holds_every_problem_once_in_order() -> None:
    main, team = problem("z.yaml", 9), problem("a.yaml", 3)
    first = problem("z.yaml", 2)
    error = ConfigError([main, team, first, main])
    assert error.problems == (first, main, team)
    assert str(error).splitlines() == [str(first), str(main), str(team)]


def test_the_file_named_first_stays_first() -> None:
    assert [one.file for one in sorted_problems([problem("b", 5), problem("a", 1)])] == ["b", "a"]
