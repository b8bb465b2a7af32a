import pytest

from gateway.leaks.expression import Expressions, NotUnderstood

LINEAR, PLAIN = Expressions(), Expressions(lambda: None)


def test_with_re2_every_expression_of_its_is_matched_and_no_other() -> None:
    assert LINEAR.search(r"(?i)a+\s{2,5}(b|c)*$")(b"xA  bcb") is not None
    assert LINEAR.groups("(a)(?:b)(c)") == 2
    for text in (r"(?<=a)b", r"(a)\1", "("):
        with pytest.raises(NotUnderstood, match="RE2 does not understand"):
            LINEAR.search(text)


def test_without_it_what_cannot_go_back_is_matched_alike() -> None:
    for text in (
        r"\bown-([0-9a-f]{16})\b", "(?i)(?:abc|abd)-[A-Z]{3}", "^key=$", r"a\.b", "[a-z_]{2}:[0-9]",
    ):  # fmt: skip
        for octets in (b"own-0123456789abcdef", b"ABD-xyz", b"x\nkey=\ny", b"a.b", b"a_:1", b"own-0", b""):
            found = [engine.search_in_lines(text)(octets, 0, len(octets)) for engine in (LINEAR, PLAIN)]
            assert [one and one.span() for one in found[:1]] == [one and one.span() for one in found[1:]], (
                text
            )


def test_without_it_what_could_go_back_is_refused() -> None:
    for text in ("a+", "a*b", "(ab){3}", "a{2,9}", "a?", ".", "(?s:a)", r"\S", "[^a\\]b]", "a|b{1,}"):
        with pytest.raises(NotUnderstood, match=r"pip install 'token-gateway\[leaks\]'"):
            PLAIN.search(text)
    with pytest.raises(NotUnderstood, match="is none"):
        PLAIN.search("(a")


def test_within_lines_no_expression_reaches_over_one() -> None:
    assert LINEAR.search(r"a\sb")(b"a\nb") is not None
    assert LINEAR.search_in_lines(r"a\sb")(b"a\nb") is None
    assert LINEAR.search_in_lines("^b$")(b"a\nb\nc") is not None
