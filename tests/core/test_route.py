"""The route table: default deny, most specific wins, order means nothing, the work is bounded."""

from collections.abc import Iterator
from itertools import permutations

import pytest

import gateway.core.route as route_module
from gateway.core.policy import Route
from gateway.core.reason import Reason, Refusal
from gateway.core.route import MAX_TEMPLATE_SEGMENTS, RouteConflict, RouteTable, parse_template
from gateway.core.target import Oddity, parse_target
from tests.builders import route


def one(id_: str, path: str, *methods: str, admit: frozenset[Oddity] = frozenset()) -> Route:
    admitted = frozenset(oddity.value for oddity in admit)
    return route(id_, path, methods=frozenset(methods or ("GET",)), admit_in_path=admitted)


def outcome(table: RouteTable, target: bytes, method: str = "GET") -> str | Reason:
    try:
        return table.match(parse_target(target), method).id
    except Refusal as refusal:
        return refusal.reason


SPECIFIC = (
    one("all", "/**"),
    one("a-rest", "/a/**"),
    one("a-one", "/a/{x}"),
    one("a-b", "/a/b"),
    one("one-b", "/{x}/b"),
    one("a-one-c", "/a/{x}/c"),
)


ORDERS = [
    RouteTable.build(SPECIFIC[index] for index in order) for order in permutations(range(len(SPECIFIC)))
]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/", "all"),
        (b"/z", "all"),
        (b"/a", "a-rest"),
        (b"/a/", "a-rest"),
        (b"/a/z", "a-one"),
        (b"/a/b", "a-b"),
        (b"/z/b", "one-b"),
        (b"/a/b/c", "a-one-c"),
        (b"/a/b/d", "a-rest"),
        (b"/a/b/c/d", "a-rest"),
        (b"/z/b/c", "all"),
    ],
)
def test_the_most_specific_path_wins_in_any_order(target: bytes, expected: str) -> None:
    assert {outcome(table, target) for table in ORDERS} == {expected}


@pytest.mark.parametrize(
    ("template", "target", "expected"),
    [
        ("/api/v1/**", b"/api/v10/x", Reason.PATH_NOT_ALLOWED),
        ("/api/v1/**", b"/api/v1", "r"),
        ("/api/v1/**", b"/api/v1/", "r"),
        ("/api/v1/**", b"/api/v1/x/y/z", "r"),
        ("/api/v1/{id}", b"/api/v1", Reason.PATH_NOT_ALLOWED),
        ("/api/v1/{id}", b"/api/v1/", Reason.PATH_NOT_ALLOWED),
        ("/api/v1/{id}", b"/api/v1/x/y", Reason.PATH_NOT_ALLOWED),
        ("/api/v1/{id}", b"/api/v1/x/", "r"),
        ("/", b"/", "r"),
        ("/", b"/x", Reason.PATH_NOT_ALLOWED),
        ("/**", b"/", "r"),
        ("/café", b"/caf%C3%A9", "r"),
        ("/a b", b"/a%20b", "r"),
    ],
)
def test_templates_match_by_whole_segments(template: str, target: bytes, expected: str | Reason) -> None:
    assert outcome(RouteTable.build([one("r", template)]), target) == expected


def test_no_routes_allow_nothing() -> None:
    assert outcome(RouteTable.build([]), b"/") is Reason.PATH_NOT_ALLOWED


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "get", "PROPFIND", "TRACE", ""])
def test_a_method_that_no_route_names_is_refused(method: str) -> None:
    assert outcome(RouteTable.build([one("r", "/a")]), b"/a", method) is Reason.METHOD_NOT_ALLOWED


def test_a_broader_route_never_answers_for_a_narrower_one() -> None:
    table = RouteTable.build([one("all", "/**", "GET", "DELETE"), one("narrow", "/a", "GET")])
    assert outcome(table, b"/a", "DELETE") is Reason.METHOD_NOT_ALLOWED
    assert outcome(table, b"/b", "DELETE") == "all"


def test_two_routes_may_share_a_path_by_method() -> None:
    table = RouteTable.build([one("read", "/a", "GET"), one("write", "/a", "POST")])
    assert (outcome(table, b"/a", "GET"), outcome(table, b"/a", "POST")) == ("read", "write")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/a", "/a"),
        ("/a/{x}", "/a/{y}"),
        ("/a/**", "/a/**"),
        ("/a", "/A"),
        ("/straße", "/STRASSE"),
        ("/{x}/Users", "/{y}/users"),
    ],
)
def test_two_routes_that_cannot_be_told_apart_do_not_compile(first: str, second: str) -> None:
    for pair in permutations((one("first", first), one("second", second))):
        with pytest.raises(RouteConflict) as conflict:
            RouteTable.build(pair)
        assert {conflict.value.first_id, conflict.value.second_id} == {"first", "second"}


def test_one_route_may_name_a_path_twice() -> None:
    table = RouteTable.build([route("r", "/a", "/A", "/a")])
    assert outcome(table, b"/A") == "r"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/users/me", "me"),
        (b"/users/ME", Reason.PATH_CASE_CONFLICT),
        (b"/Users/me", Reason.PATH_NOT_ALLOWED),
        (b"/users/you", "user"),
        (b"/users/%C4%B1", Reason.PATH_CASE_CONFLICT),  # dotless i, which upper-cases to I
        (b"/other/ME", "other"),
    ],
)
def test_a_path_that_reaches_another_route_in_another_case_is_refused(
    target: bytes, expected: str | Reason
) -> None:
    table = RouteTable.build(
        [one("me", "/users/me"), one("user", "/users/{id}"), one("i", "/users/i"), one("other", "/other/{x}")]
    )
    assert outcome(table, target) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/a/me", "below a"),
        (b"/a/you", Reason.PATH_CASE_CONFLICT),
        (b"/A/you", "you below A"),
        (b"/A/YOU", Reason.PATH_NOT_ALLOWED),
        (b"/a/YOU", Reason.PATH_CASE_CONFLICT),
    ],
)
def test_of_two_literals_that_look_alike_what_is_below_both_counts(
    target: bytes, expected: str | Reason
) -> None:
    # A case-blind reader has one node for both, and takes its way below it.
    table = RouteTable.build([one("below a", "/a/{x}"), one("you below A", "/A/you")])
    assert outcome(table, target) == expected


def test_a_case_conflict_counts_only_for_the_method_asked() -> None:
    table = RouteTable.build([one("write", "/a/B", "POST"), one("read", "/a/{x}", "GET", "POST")])
    assert outcome(table, b"/a/b", "POST") is Reason.PATH_CASE_CONFLICT
    assert outcome(table, b"/a/B", "GET") is Reason.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("", "begins with /"),
        ("a", "begins with /"),
        ("/a/", "leave the last / off"),
        ("//", "leave the last / off"),
        ("/a//b", "a segment is empty"),
        ("/**/a", "only at the end"),
        ("/a/*", "no meaning"),
        ("/a*b", "no meaning"),
        ("/a**", "no meaning"),
        ("/{}", "placeholder"),
        ("/{a", "placeholder"),
        ("/a}", "placeholder"),
        ("/x{a}y", "placeholder"),
        ("/{a}-{b}", "placeholder"),
        ("/{a-b}", "placeholder"),
        ("/{a}{b}", "placeholder"),
        ("/..", "target_dot_segment"),
        ("/a/./b", "target_dot_segment"),
        ("/a.", "target_segment_end"),
        ("/a ", "target_segment_end"),
        ("/a;b", "without escapes or parameters"),
        ("/%61", "without escapes or parameters"),
        ("/100%", "target_escape_malformed"),
        ("/a%2Fb", "without escapes or parameters"),
        ("/a\\b", "target_backslash"),
        ("/a?b", "target_escaped_delimiter"),
        ("/a#b", "target_escaped_delimiter"),
        ("/a\n", "target_escaped_control"),
        ("/e\u0301", "target_confusable"),
        ("/\uff0e\uff0e", "target_confusable"),
        ("/a" * (MAX_TEMPLATE_SEGMENTS + 1), "more than 32"),
    ],
)
def test_a_bad_template_says_what_is_wrong(template: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_template(template)


def test_the_longest_template_compiles() -> None:
    assert len(parse_template("/a" * MAX_TEMPLATE_SEGMENTS)) == MAX_TEMPLATE_SEGMENTS


SLASH = frozenset({Oddity.ESCAPED_SLASH})
SEMICOLON = frozenset({Oddity.SEMICOLON})
PERCENT = frozenset({Oddity.ESCAPED_PERCENT, Oddity.ESCAPED_UNRESERVED})


@pytest.mark.parametrize(
    ("routes", "target", "expected"),
    [
        # not admitted: the oddity's own reason
        ([one("f", "/f/**")], b"/f/a%2Fb", Reason.TARGET_ESCAPED_SLASH),
        ([one("f", "/f/**")], b"/f/a;v", Reason.TARGET_SEMICOLON),
        ([], b"/f/a%2Fb", Reason.TARGET_ESCAPED_SLASH),
        # admitted: every reading is judged
        ([one("f", "/f/**", admit=SLASH)], b"/f/a%2Fb", "f"),
        ([one("f", "/f/{x}", admit=SLASH)], b"/f/a%2Fb", Reason.TARGET_READINGS_DIFFER),
        ([one("f", "/f/**", admit=SLASH)], b"/f%2Fa", Reason.TARGET_ESCAPED_SLASH),
        (
            [one("f", "/f/**", admit=SLASH), one("s", "/f/secret/x", admit=SLASH)],
            b"/f/secret%2Fx",
            Reason.TARGET_READINGS_DIFFER,
        ),
        # admitted by one method's route and not by the other's: not admitted
        (
            [one("read", "/f/**", admit=SLASH), one("write", "/f/**", "POST")],
            b"/f/a%2Fb",
            Reason.TARGET_ESCAPED_SLASH,
        ),
        # a parameter that some cut and some do not
        (
            [one("any", "/{x}", admit=SEMICOLON), one("admin", "/admin", admit=SEMICOLON)],
            b"/admin;v=1",
            Reason.TARGET_READINGS_DIFFER,
        ),
        (
            [one("any", "/{x}/y", admit=SEMICOLON), one("admin", "/Admin/y")],
            b"/admin;v=1/y",
            Reason.PATH_CASE_CONFLICT,
        ),
        ([one("any", "/{x}", admit=SEMICOLON)], b"/admin;v=1", "any"),
        # one oddity admitted, the other not
        ([one("f", "/f/**", admit=SLASH)], b"/f/a%2Fb;v", Reason.TARGET_SEMICOLON),
        # a reading between the first and the last
        (
            [one("all", "/**", admit=SLASH | PERCENT), one("two", "/{a}/{b}")],
            b"/x%252fy%25252fz",
            Reason.TARGET_READINGS_DIFFER,
        ),
        # a reading in another case
        (
            [one("any", "/{x}/**", admit=PERCENT), one("admin", "/Admin/**")],
            b"/%2561dmin/x",
            Reason.PATH_CASE_CONFLICT,
        ),
        ([one("t", "/~a", admit=PERCENT)], b"/%7Ea", Reason.TARGET_READINGS_DIFFER),
        ([one("t", "/{x}", admit=PERCENT)], b"/%7Ea", "t"),
        # an escaped delimiter needs no admission where it makes no difference
        ([one("user", "/users/{id}")], b"/users/alice%40example.com", "user"),
        (
            [one("export", "/v1/orders:export"), one("any", "/v1/{x}")],
            b"/v1/orders%3Aexport",
            Reason.TARGET_READINGS_DIFFER,
        ),
        ([one("export", "/v1/orders:export"), one("any", "/v1/{x}")], b"/v1/orders:export", "export"),
    ],
)
def test_an_oddity_is_admitted_only_where_all_readings_agree(
    routes: list[Route], target: bytes, expected: str | Reason
) -> None:
    assert outcome(RouteTable.build(routes), target) == expected


def test_backtracking_visits_no_node_of_the_table_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every level forks into a literal and a placeholder, and only the end tells which was right.
    depth = 9
    forks: list[list[str]] = [[]]
    for _ in range(depth):
        forks = [[*path, part] for path in forks for part in ("a", "{x}")]
    table = RouteTable.build(one(f"r{n}", "/" + "/".join([*path, "end"])) for n, path in enumerate(forks))
    visited: list[int] = []
    children = route_module._children

    def counted(node: route_module._Node, segment: str) -> Iterator[route_module._Node]:
        visited.append(id(node))
        return children(node, segment)

    monkeypatch.setattr(route_module, "_children", counted)
    assert outcome(table, b"/a" * depth + b"/nowhere") is Reason.PATH_NOT_ALLOWED
    assert len(visited) == len(set(visited)) <= 2 ** (depth + 1)


def test_a_long_request_goes_no_deeper_than_the_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    table = RouteTable.build([one("r", "/a/{x}/**")])
    deepest: list[int] = []
    find = route_module._find_from

    def counted(node: route_module._Node, segments: tuple[str, ...], depth: int) -> object:
        deepest.append(depth)
        return find(node, segments, depth)

    monkeypatch.setattr(route_module, "_find_from", counted)
    assert outcome(table, b"/a" * 256) == "r"
    assert max(deepest) <= 2
