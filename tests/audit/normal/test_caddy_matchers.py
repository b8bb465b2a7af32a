"""Paths, hosts and methods that a matcher names; what it asks for besides is a condition."""

from gateway.audit.exposure import PathKind, PathMatch
from gateway.audit.normal.caddy_matchers import EVERYTHING, Match, match_of, matchers_of
from tests.audit.normal.caddy_directives import directive, directives

BEGINS, EXACT = PathKind.BEGINS_WITH, PathKind.EXACT


def test_the_first_argument() -> None:
    table = {
        "respond 200": (EVERYTHING, ("200",)),
        "respond * 200": (EVERYTHING, ("200",)),
        "respond /x 200": (Match(paths=(PathMatch(EXACT, "/x"),)), ("200",)),
        "respond /x/* 200": (Match(paths=(PathMatch(BEGINS, "/x/"),)), ("200",)),
        "respond /x* 200": (Match(paths=(PathMatch(BEGINS, "/x"),)), ("200",)),
        "respond /*.php 200": (Match(paths=(PathMatch(PathKind.UNKNOWN, "/*.php"),)), ("200",)),
        "respond @x 200": (Match(condition="@x"), ("200",)),
        "respond": (EVERYTHING, ()),
    }
    for text, expected in table.items():
        assert match_of(directive(text), {}) == expected, text


def test_named_matchers() -> None:
    api, both = PathMatch(BEGINS, "/api/"), (PathMatch(EXACT, "/a"), PathMatch(EXACT, "/b"))
    table = {
        "@m path /api/*": Match(paths=(api,)),
        "@m path /a /b": Match(paths=both),
        "@m host A.example": Match(hosts=frozenset({"a.example"})),
        "@m method get": Match(methods=frozenset({"GET"})),
        "@m not path /api/*": Match(but=(api,)),
        "@m {\n not path /api/*\n}": Match(but=(api,)),
        "@m {\n not {\n  path /api/*\n }\n}": Match(but=(api,)),
        "@m not host a.example": Match(not_hosts=frozenset({"a.example"})),
        "@m {\n path /api/*\n method GET\n}": Match(paths=(api,), methods=frozenset({"GET"})),
        "@m {\n path /a /b\n path /api/*\n}": Match(paths=(api,), condition="two paths"),
        "@m header X-A b": Match(condition="@m"),
        "@m not path *.php": Match(condition="@m"),
        "@m not {\n {\n }\n}": Match(condition="@m"),
        "@m not {\n path /a\n method GET\n}": Match(condition="@m"),
        "@m path_regexp ^/x": Match(paths=(PathMatch(PathKind.REGEX, "^/x"),)),
        "@m expression `path('/x')`": Match(condition="@m"),
    }
    for text, expected in table.items():
        assert matchers_of(directives(text)) == {"@m": expected}, text


def test_everything_is_everything() -> None:
    assert EVERYTHING.is_everything
    assert not Match(condition="x").is_everything
