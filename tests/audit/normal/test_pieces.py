"""A route is cut where a guard ends, and what cannot be compared stays open."""

from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Mechanism, PathKind, PathMatch
from gateway.audit.normal.pieces import EVERY_PATH, Guard, Relation, pieces, relation

AUTH = Auth(mechanism=Mechanism.EXTERNAL, place=Place("f", 1, 1, "", ""))
E, P, B, R = PathKind.EXACT, PathKind.PREFIX, PathKind.BEGINS_WITH, PathKind.REGEX


def cut(path: PathMatch, *guards: Guard, host: str = "a.example") -> list[tuple[str, bool, str]]:
    return [(str(one.path), one.auth is not None, one.condition) for one in pieces(host, path, guards)]


def test_how_two_paths_lie_to_each_other() -> None:
    table = {
        ((P, "/"), (E, "/x")): Relation.COVERS,
        ((E, "/x"), (P, "/")): Relation.WITHIN,
        ((P, "/a"), (P, "/a/b")): Relation.COVERS,
        ((P, "/a"), (P, "/ab")): Relation.APART,
        ((P, "/a"), (E, "/a")): Relation.COVERS,
        ((P, "/a"), (B, "/a")): Relation.WITHIN,
        ((B, "/a"), (P, "/ab")): Relation.COVERS,
        ((E, "/a"), (E, "/a")): Relation.COVERS,
        ((E, "/a"), (E, "/b")): Relation.APART,
        ((R, "/a.*"), (E, "/a")): Relation.UNKNOWN,
        ((R, "/a.*"), (R, "/a.*")): Relation.COVERS,
        ((P, "/a/"), (P, "/a/b")): Relation.COVERS,
    }
    for (first, second), expected in table.items():
        assert relation(PathMatch(*first), PathMatch(*second)) is expected, (first, second)


def test_a_guard_on_everything_protects_all() -> None:
    assert cut(EVERY_PATH, Guard(AUTH)) == [("/**", True, "")]


def test_an_exception_is_a_hole() -> None:
    health = PathMatch(E, "/health")
    assert cut(EVERY_PATH, Guard(AUTH, but=(health,))) == [("= /health", False, ""), ("/**", True, "")]
    assert cut(health, Guard(AUTH, but=(health,))) == [("= /health", False, "")]
    assert cut(PathMatch(P, "/api"), Guard(AUTH, but=(health,))) == [("/api/**", True, "")]


def test_a_guard_on_a_part_leaves_the_rest_open() -> None:
    api = PathMatch(P, "/api")
    assert cut(EVERY_PATH, Guard(AUTH, only=(api,))) == [("/api/**", True, ""), ("/**", False, "")]
    assert cut(PathMatch(P, "/api/v1"), Guard(AUTH, only=(api,))) == [("/api/v1/**", True, "")]


def test_a_second_guard_may_close_what_the_first_left_open() -> None:
    api = PathMatch(P, "/api")
    assert cut(EVERY_PATH, Guard(AUTH, only=(api,)), Guard(AUTH)) == [
        ("/api/**", True, ""),
        ("/**", True, ""),
    ]


def test_a_condition_that_cannot_be_compared_leaves_an_open_piece() -> None:
    found = cut(EVERY_PATH, Guard(AUTH, condition="acl is_api"))
    assert found == [("/**", True, "acl is_api"), ("/**", False, "not (acl is_api)")]
    assert cut(EVERY_PATH, Guard(AUTH, only=(PathMatch(R, "/x"),)))[-1] == ("/**", False, "")


def test_a_guard_of_other_hosts_is_none() -> None:
    assert cut(EVERY_PATH, Guard(AUTH, hosts=frozenset({"b.example"}))) == [("/**", False, "")]
    assert cut(EVERY_PATH, Guard(AUTH, not_hosts=frozenset({"a.example"}))) == [("/**", False, "")]
    assert cut(EVERY_PATH, Guard(AUTH, hosts=frozenset({"b.example"})), host="") == [("/**", False, "")]
