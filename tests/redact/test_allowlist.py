import re

from gateway.redact.allowlist import Allowlist

A, B = re.compile(b"a").search, re.compile(b"b").search


def test_one_of_what_is_given_is_enough_unless_all_are_needed() -> None:
    any_, every = (Allowlist(regexes=A, stopwords=(b"stop",), every=every) for every in (False, True))
    for secret, of_any, of_every in (
        (b"a", True, False),
        (b"STOP", True, False),
        (b"aStop", True, True),
        (b"x", 0, 0),
    ):
        assert any_.allows(secret, b"", b"") == of_any, secret
        assert every.allows(secret, b"", b"") == of_every, secret


def test_expressions_are_asked_of_what_they_are_meant_for() -> None:
    for target, expected in (("secret", (1, 0, 0)), ("match", (0, 1, 0)), ("line", (0, 0, 1))):
        one = Allowlist(regexes=A, target=target)  # type: ignore[arg-type]
        assert (
            tuple(
                map(
                    int,
                    (one.allows(*three) for three in ((b"a", b"", b""), (b"", b"a", b""), (b"", b"", b"a"))),
                )
            )
            == expected
        )


def test_a_path_allows_a_file_or_is_one_of_what_is_needed() -> None:
    alone = Allowlist(paths=A)
    assert alone.allows_file(b"a")
    assert not alone.allows_file(b"x")
    assert not alone.allows_file(b"")
    assert alone.of_file(b"x") is None
    both = Allowlist(paths=A, regexes=B, every=True)
    assert not both.allows_file(b"a")
    assert both.of_file(b"x") is None
    left = both.of_file(b"a")
    assert left is not None
    assert left.allows(b"b", b"", b"")
    assert not both.allows(b"b", b"", b"")
    either = Allowlist(paths=A, regexes=B)
    assert either.allows_file(b"a")
    assert either.of_file(b"x") == Allowlist(regexes=B)


def test_commits_are_never_those_of_a_file() -> None:
    one = Allowlist(stopwords=(b"b",), commits=True, every=True)
    assert one.of_file(b"a") is None
    assert not one.allows_file(b"a")
    assert not one.allows(b"b", b"", b"")
    assert not Allowlist(commits=True).allows_file(b"a")
    assert Allowlist(commits=True, stopwords=(b"b",)).allows(b"b", b"", b"")
