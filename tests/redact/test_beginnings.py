import re
import re._parser as parser  # type: ignore[import-not-found]

from gateway.redact import beside, values
from gateway.redact.beginnings import beginnings, by_first, named
from gateway.redact.mark import MARK
from gateway.redact.names import COOKIES
from gateway.redact.settle import plain_mark
from gateway.redact.span import Span


def test_no_pattern_reaches_over_a_line_or_without_end() -> None:
    patterns = beginnings()
    assert len(patterns) > 60
    for one in patterns:
        width = parser.parse(one.pattern).getwidth()[1]
        assert width < 500, one.pattern
        assert re.search(one.pattern.encode(), b"\n") is None


def test_no_other_beginning_holds_what_a_mark_holds() -> None:
    # So a mark makes none of what stands before it; `find` and `cut` ask for these three.
    mark = plain_mark(Span(0, 0, "named-secret", b""))
    holding = {values.CURL_USER_START, values.USERINFO_START, beside.WORDS_START}
    for one in beginnings():
        expression = re.compile(one.pattern.encode())
        for name in (
            b"token=",
            b"authorization: ",
            b"-u a:",
            b"://a:",
            b"bearer ",
            b"[",
            b"-u a",
            b"?code",
            b"login a",
        ):
            for behind in (b"", b'"', b":abc", b"@host", b" password x"):
                found = expression.search(name + mark + behind)
                while found is not None and found.start() < len(name):
                    held = found.end() > len(name) and expression.match(name, found.start()) is None
                    assert not held or one.pattern in holding, one.pattern
                    found = expression.search(name + mark + behind, found.start() + 1)


def test_what_was_redacted_is_a_mark() -> None:
    assert MARK.fullmatch(plain_mark(Span(0, 0, "jwt", b"")))


def test_each_octet_names_the_rules_that_can_begin_with_it() -> None:
    table = by_first(named(COOKIES))
    assert len(table) == 256
    assert [one.__name__ for _, one, _ in table[ord("B")]] == ["scheme", "named"]
    assert table[0xFF] == ()
