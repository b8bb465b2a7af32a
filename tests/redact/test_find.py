from collections import Counter

import pytest

from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.matching import BoundedStarts, Starts
from gateway.redact.settle import find
from tests.leaks.corpus.samples import FALSE, true_samples
from tests.leaks.made import CLAIMS, KEYS, Maker, wrapped

FINDERS = {"linear": Finder(), "bounded": Finder(engine=BoundedStarts)}
PRINTS = Fingerprints(bytes(range(16)))
TRUE = list(true_samples())


@pytest.fixture(params=list(FINDERS))
def finder(request: pytest.FixtureRequest) -> Finder:
    return FINDERS[request.param]


def places(finder: Finder, text: bytes) -> list[tuple[str, bytes]]:
    return [(span.type, text[span.start : span.end]) for span in find(finder, text).spans]


def test_both_engines_are_there() -> None:
    kinds = {type(one._starts).__name__ for one in FINDERS.values()}
    assert kinds == {"LinearStarts", "BoundedStarts"}


@pytest.mark.long
def test_recall_every_secret_of_the_corpus_is_found_whole_and_nothing_beside_it(finder: Finder) -> None:
    assert len(TRUE) > 1000
    missed = [one.text for one in TRUE if places(finder, one.text) != [(one.type, one.secret)]]
    assert missed == []


def test_precision_what_only_looks_like_one_is_left(finder: Finder) -> None:
    assert len(FALSE) > 25
    assert [(text, places(finder, text)) for text in FALSE if places(finder, text)] == []


def test_every_type_is_in_the_corpus() -> None:
    seen = Counter(one.type for one in TRUE)
    assert set(KEYS) <= set(seen)
    assert min(seen.values()) >= 3, seen


def test_however_it_is_spelt_a_token_has_one_fingerprint(finder: Finder) -> None:
    m = Maker(1)
    for algorithm in ("ES256", "RS256", "none"):
        token = m.jwt(algorithm)
        spellings = [
            token.replace(b".", b"%2E"),
            token.replace(b".", b"\\u002e"),
            wrapped(token, 64),
            wrapped(token, 76, b"\r\n"),
            wrapped(token, 64, b"\\\n"),
            b"Authorization: Bearer " + token,
            b"/a?access_token=" + token + b"&b=c",
            b"/a?next=%2Fb%3Faccess_token%3D" + token.replace(b".", b"%2E") + b"%26x=y",
            b'{"token":"' + token + b'"}',
        ]
        for text in spellings:
            (span,) = find(finder, text).spans
            assert span.type == "jwt"
            assert PRINTS.token(span.canonical) == PRINTS.token(token), text


def test_a_private_key_has_one_fingerprint_too(finder: Finder) -> None:
    pem = Maker(2).pem("EC PRIVATE KEY")
    spellings = [
        pem,
        pem.replace(b"\n", b"\\n"),
        pem.replace(b"\n", b"\r\n"),
        b"  " + pem.replace(b"\n", b"\n  "),
    ]
    assert len({span.canonical for text in spellings for span in find(finder, text).spans}) == 1


def test_a_token_of_ours_is_called_so() -> None:
    ours = Finder(own_issuers=frozenset(("https://gateway.example",)))
    token = Maker(3).jwt("ES256", {**CLAIMS, "iss": "https://gateway.example"})
    assert places(ours, token) == [("token-gateway-token", token)]
    assert places(ours, Maker(3).jwt("ES256"))[0][0] == "jwt"


def test_cookies_are_those_that_are_named() -> None:
    text = b"Cookie: basket=0123456789abcdef; connect.sid=0123456789abcdeg"
    assert [one for _, one in places(Finder(cookies=("basket",)), text)] == [b"0123456789abcdef"]
    assert len(places(Finder(cookies=("basket", "connect.sid")), text)) == 2


def test_the_signature_never_stays_behind(finder: Finder) -> None:
    m = Maker(4)
    for algorithm in ("HS256", "ES256", "RS256", "PS256"):
        token = m.jwt(algorithm)
        signature = token.rpartition(b".")[2]
        for text in (b"a " + token + b" b", b"glued" + token, b"a=" + token + b"=", token + b"," + token):
            kept = text
            for span in reversed(find(finder, text).spans):
                kept = kept[: span.start] + kept[span.end :]
            assert signature[:8] not in kept
            assert signature[-8:] not in kept


def test_a_text_that_may_go_on_is_settled_up_to_what_is_open(finder: Finder) -> None:
    m = Maker(5)
    begun = b"done\n" + m.pem()[:60] + b"\n"
    assert find(finder, begun, whole=False).settled == 5
    assert find(finder, begun, whole=True).settled == len(begun)
    lines = wrapped(m.jwt("RS256"), 64).splitlines(keepends=True)
    assert find(finder, b"done\n" + lines[0] + lines[1], whole=False).settled == 5
    assert find(finder, b"one line\n", whole=False).settled == 9


HOSTILE = [
    b"a.", b"eyJ", b"eyJ.", b"eyJhbGciOiJub25lIn0", b"eyJhbGciOiJub25lIn0.eyJ", b"ewoewoewoewo",
    b"-----BEGIN ",
    b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAA\n", b"://", b"://a@",
    b"bearer ", b"basic AAAA", b"token=", b"token='", b'"token":"', b"token=a1b2c3d4 ", b"%2E",
    b"token%3D", b"@",
    b"ZXlK", b"ZXlKaGJHY2lPaUp1YjI1bElu", b"[REDACTED:", b"[REDACTED:jwt:a]", b"authorization: ", b"?code=",
    b"SK0", b"eyJhbGciOiJub25lIn0=\n", b"eyJhbGciOiJub25lIn0\\\n", b"eyJhbGciOiJIUzI1NiJ9.e30\n", b"\\n",
    b"token=\\",
]  # fmt: skip


@pytest.mark.long
def test_hostile_repetition_is_answered(finder: Finder) -> None:
    # Quadratic time over 20 000 octets was minutes when it was; no clock is read, the suite would hang.
    for piece in HOSTILE:
        text = piece * (20_000 // len(piece))
        assert find(finder, text).settled == len(text)


def test_a_key_goes_whole_that_another_begins_in(finder: Finder) -> None:
    m = Maker(12)
    key, pem, jwt = b"gl" + b"pat-" + m.text(20).encode(), m.pem(), wrapped(m.jwt("RS256"), 64)
    for text in (key + pem, key + b"[REDACTED:x]" + pem, key + b"_" + jwt, key + b"[REDACTED:x]ab" + jwt):
        assert places(finder, text + b"\nend") == [("gitlab-pat", text)]


def test_what_is_given_plainly_is_what_is_given_with_care(finder: Finder) -> None:
    for one in TRUE[::7]:
        text = b"one\n" + one.text + b"\ntwo\n"
        spans, settled, _ = finder.plainly(text, 0, len(text), len(text), whole=True)
        assert (spans, settled) == (find(finder, text).spans, len(text)) or settled < len(text) - 4, one


def test_what_may_go_on_is_said_to(finder: Finder) -> None:
    text = b"?access_token=" + Maker(8).jwt() + b" x\n-----BEGIN PRIVATE KEY-----\n"
    spans, settled, is_open = finder.plainly(text, 0, len(text), len(text), whole=False)
    assert (len(spans), text[settled:], is_open) == (1, b"-----BEGIN PRIVATE KEY-----\n", True)


def test_where_something_else_is_passed_by_a_line_is_given_with_care(finder: Finder) -> None:
    m = Maker(8)
    key, token = m.text(20).encode(), m.jwt()
    clean = b"?access_token=" + token + b" x\n"
    for line in (
        b"AKIA" + b"A" * 16 + b" " + token,  # looks like one, and is none
        b"password=" + key + b"," + key,  # what follows does not end every value
        b"https://alice:x?access_token=" + token + b" @host/",  # a user info may hold a mark
        b"curl -u x?access_token=" + token,  # and so may what is behind a name
        b"?access_token=" + token + b" curl -u alice:secret1",
    ):
        text = clean + line + b"\n" + clean
        spans, settled, _ = finder.plainly(text, 0, len(text), len(text), whole=True)
        assert (len(spans), settled) in ((1, len(clean)), (3, len(text))), line
        if line[:5] != b"passw":
            assert settled == len(clean), line


def test_an_engine_is_asked_for_places_only() -> None:
    class Nowhere:
        def __init__(self, every: object) -> None: ...

        def next(self, text: bytes, at: int, end: int) -> int:
            return -1

    nowhere: Starts = Nowhere(())
    assert nowhere.next(b"", 0, 0) == -1
    assert find(Finder(engine=Nowhere), Maker(6).jwt()).spans == []
