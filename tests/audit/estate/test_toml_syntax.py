"""TOML whose values know their lines."""

from gateway.audit.estate.toml_syntax import MAX_TOML, Under, read_toml
from gateway.config.tree import Node

TEXT = '''\
# static
[entryPoints]
  [entryPoints.web]
  address = ":80"
  http.middlewares = ["a@file", "b@file"]
  [entryPoints."web.two"]
  address = ":81" # = "not a key"

[http.middlewares.note]
text = """
address = "in a text"
"""

[[http.services.s.loadBalancer.servers]]
url = "http://one"
[[http.services.s.loadBalancer.servers]]
url = "http://two"
[http.services.s.loadBalancer.servers.more]
weight = 2
when = 1979-05-27
on = { yes = true }
'''


def test_every_value_has_the_place_of_its_key() -> None:
    root = read_toml(TEXT, "t.toml").root
    assert root is not None
    web = ("entryPoints", "web")
    servers = ("http", "services", "s", "loadBalancer", "servers")
    expected = {
        ("entryPoints",): (2, 2),
        web: (3, 4),
        (*web, "address"): (4, 3),
        (*web, "http"): (5, 3),
        (*web, "http", "middlewares", 1): (5, 3),
        ("entryPoints", "web.two", "address"): (7, 3),
        ("http", "middlewares", "note", "text"): (10, 1),
        (*servers, 0, "url"): (15, 1),
        (*servers, 1, "url"): (17, 1),
        (*servers, 1, "more", "weight"): (19, 1),
        (*servers, 1, "more", "on", "yes"): (21, 1),
    }
    assert {path: found(root, path).mark for path in expected} == expected
    assert found(root, (*servers, 1, "more", "when")).value == "1979-05-27"
    assert found(root, (*servers, 1, "more", "on", "yes")).value is True


def test_a_value_that_is_a_file_keeps_the_lines_of_the_other() -> None:
    root = read_toml("[a]\nb = 1\n", "cm.yaml", Under(("data", "t.toml"), 7)).root
    assert root is not None
    a = root.child("a")
    assert a is not None
    assert (a.path, a.mark) == (("data", "t.toml", "a"), (8, 2))
    assert found(a, ("data", "t.toml", "a", "b")).mark == (9, 1)


def test_what_is_no_toml_is_said_with_its_place_and_without_its_value() -> None:
    document = read_toml('ok = 1\nsecret = hunter2 "\n', "t.toml", Under((), 10))
    assert document.root is None
    (problem,) = document.problems
    assert (problem.file, problem.line) == ("t.toml", 12)
    assert "hunter2" not in str(problem)


def test_what_is_too_much_is_refused() -> None:
    for text in ("a = " + "[" * 5000 + "]" * 5000, "a = " + "{b=" * 100 + "1" + "}" * 100):
        assert [one.what for one in read_toml(text, "t.toml").problems] == ["nested too deeply"], text[:20]
    assert read_toml("#" * (MAX_TOML + 1), "t.toml").problems


def found(node: Node, path: tuple[str | int, ...]) -> Node:
    for one in node.walk():
        if one.path == path:
            return one
    raise AssertionError(path)


def test_a_key_of_many_parts_is_refused_before_it_is_read() -> None:
    for text in ("a." * 500_000 + "a = 1\n", "x = {" + "a." * 500_000 + "a = 1}\n"):
        assert [one.what for one in read_toml(text, "a.toml").problems] == ["nested too deeply"]
    many = "x = [" + ", ".join(['"10.0.0.1"'] * 2000) + "]\n"
    assert read_toml(many, "a.toml").problems == ()
