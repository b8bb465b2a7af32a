from gateway.audit.overlap import (
    host_covers,
    hosts_overlap,
    is_everything,
    methods_cover,
    methods_overlap,
    overlaps,
    path_covers,
    paths_overlap,
)
from tests.audit.routes import path, route

COVERS = """
/ /     | / /a   | yes
/ /     | ~ /a.* | yes
* /     | ?      | yes
/ /a    | = /a   | yes
/ /a    | = /a/  | yes
/ /a    | = /a/b | yes
/ /a    | = /ab  | no
/ /a    | / /a/b | yes
/ /a/   | / /a   | yes
/ /a/b  | / /a   | overlaps
/ /a    | / /ab  | no
/ /a    | * /a   | overlaps
/ /a    | * /a/b | yes
* /a    | / /ab  | yes
* /a    | = /ab  | yes
* /a/b  | / /a   | overlaps
* /b    | / /a   | no
= /a    | = /a   | yes
= /a    | = /b   | no
= /a/b  | / /a   | overlaps
= /a    | * /ab  | no
/ /a    | ~ /a/b|/c | overlaps
* /a    | ~ /ab|/c | overlaps
/ /a    | ? /a/b | overlaps
~ ^/a$  | ~ ^/a$ | yes
~ ^/a$  | = /a   | overlaps
~ ^/a/b | = /c   | no
~ ^/ab? | / /a   | overlaps
~ /a|/b | = /b   | overlaps
?       | ?      | overlaps
? /x    | = /y   | overlaps
"""


def test_paths_cover_and_overlap() -> None:
    wrong = []
    for line in COVERS.strip().splitlines():
        one, other, said = (part.strip() for part in line.split(" | "))
        covers, both = path_covers(path(one), path(other)), paths_overlap(path(one), path(other))
        if (covers, both) != {"yes": (True, True), "overlaps": (False, True), "no": (False, False)}[said]:
            wrong.append((line, covers, both))
        assert paths_overlap(path(other), path(one)) is both
    assert wrong == []


def test_everything_is_everything() -> None:
    assert [is_everything(path(one)) for one in ("/ /", "* /", "/ ", "= /", "/ /a", "~ /")] == [
        *(True, True, True),
        *(False, False, False),
    ]


def test_hosts() -> None:
    assert host_covers("", "a.example.com")
    assert host_covers("*.example.com", "a.example.com")
    assert host_covers("*.example.com", "*.a.example.com")
    assert not host_covers("*.example.com", "example.com")
    assert not host_covers("a.example.com", "*.example.com")
    assert hosts_overlap("a.example.com", "*.example.com")
    assert not hosts_overlap("a.example.com", "b.example.com")


def test_methods() -> None:
    get, both = frozenset({"GET"}), frozenset({"GET", "POST"})
    assert methods_cover(None, get)
    assert methods_cover(both, get)
    assert not methods_cover(get, both)
    assert not methods_cover(get, None)
    assert methods_overlap(get, both)
    assert not methods_overlap(get, frozenset({"POST"}))


def test_routes_share_requests_where_all_three_do() -> None:
    assert overlaps(route("/ /a"), route("= /a/b", "*.example.com"))
    assert not overlaps(route("/ /a"), route("/ /b"))
    assert not overlaps(route(host="a"), route(host="b"))
    assert not overlaps(route(methods=frozenset({"GET"})), route(methods=frozenset({"PUT"})))
