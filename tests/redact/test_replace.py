"""What of a stream changes, however it is cut? Its secrets, and nothing else."""

import json
from base64 import b64encode
from operator import itemgetter
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.matching import BoundedStarts
from gateway.redact.replace import TOO_LONG, Names, Redactor
from gateway.redact.span import Span
from tests.leaks.corpus.samples import FALSE, true_samples
from tests.leaks.made import KEYS, Maker, wrapped
from tests.leaks.records import CRI, CRI_CUT, CRI_STDERR, OTHERS, WRITERS, json_file, plainly

PRINTS = Fingerprints(bytes(range(16)))
LINEAR, BOUNDED = Finder(), Finder(engine=BoundedStarts)


def redacted(text: bytes, cuts: list[int] | range = range(0), finder: Finder = LINEAR) -> bytes:
    redactor = Redactor(finder, PRINTS)
    parts, done = [], 0
    for cut in [*sorted(cuts), len(text)]:
        parts.append(redactor.feed(text[done:cut]))
        done = cut
    return b"".join((*parts, redactor.close()))


_M = Maker(9)
SECRETS = [
    _M.jwt(), _M.jwt("RS256"), _M.jwt("none"), _M.jwe(), _M.jwt().replace(b".", b"%2E"),
    *(wrapped(_M.jwt("RS256"), width, brk) for width, brk in ((64, b"\n"), (76, b"\r\n"), (64, b"\\\n"),
    (64, b"=\n"), (64, b"\\n"))),
    _M.pem(), _M.pem().replace(b"\n", b"\\n"), _M.pem()[:100], *(make(_M).encode() for make in KEYS.values()),
]  # fmt: skip
AROUND = [
    b"Bearer ", b"Basic ", b"authorization: ", b"token=", b"?code=", b"&", b"password=", b'"', b"'", b"\\",
    b"://", b"@", b":", b"\n", b"\r\n", b" ", b"a", b"Z9x", b"abcdef12345", b"[REDACTED:jwt:tfp1_abc]",
    b"[REDACTED:", b"[REDACTED:jwt:tfp1_abcdefghijklmnop]", b"[redacted]", b"]", b"%", b"%3D", b"%26",
    b"{", b",", b";", b"eyJ", b"eyJhbGciOi", b".", b"=", b"\x00", b"\xff", b"ew", b"-", b"JSESSIONID=",
    b'"access_token":"', b"x-api-key: ", b"s.", b"hvs.", b"_", b"~", b"-----BEGIN PRIVATE KEY-----",
    b"-----BEGIN PRIVATE KEY-----\n", b"-----END PRIVATE KEY-----", b"Comment: ",
    b"2026-11-28T01:02:03.000000000Z stdout F ", b"curl -u a:", b"://u:", b"@h/", b"token='",
    b'password: "', b'"name": "x-api-key"', b"\n", b'"value": "', b"value: ", b"<password>",
    b"</password>", b"--token ", b"login a password ", b"IDENTIFIED BY '", b"[token] => ",
    b'"x-api-key", "', b"&quot;", b"token&quot;:&quot;", b"\x1b[0;1m", b"basic ", b"tfp1_", b"too-long]",
    b"%26code%3D", b"\\n", b"\\\n", b"=\n", b"    ", b"eyJhbGciOiJub25lIn0", b"ZXlK", b"MIIB" + b"A" * 20,
    b"SK0123456789abcdef", b"glpat-", b"session=", b"key=",
]  # fmt: skip


RARE = [CRI, CRI_CUT, CRI_CUT, CRI_STDERR, json_file(end=""), WRITERS["compose"], plainly]


@st.composite
def glued_texts(draw: st.DrawFn) -> bytes:
    """Secrets, and parts of them, with nothing between them, or a space, or a line's end."""
    whole = st.sampled_from(SECRETS) | st.sampled_from(AROUND) | st.binary(max_size=6)
    part = st.tuples(st.sampled_from(SECRETS), st.integers(0, 400), st.integers(0, 400)).map(
        lambda one: one[0][min(one[1:]) : max(one[1:])]
    )
    between = draw(st.sampled_from([b"", b"", b" ", b"\n"]))
    return between.join(draw(st.lists(whole | part, max_size=14)))


@given(glued_texts())
def test_redacting_twice_changes_nothing_more(text: bytes) -> None:
    once = redacted(text)
    assert redacted(once) == once


@st.composite
def recorded_texts(draw: st.DrawFn) -> bytes:
    """The same in a log that makes a record of each line, with those of others between, and what is none."""
    how = draw(st.sampled_from(sorted(WRITERS)))
    others = [OTHERS[how]] if how in OTHERS else []
    writers = st.sampled_from([*[WRITERS[how]] * 4, *others, *RARE])
    text = draw(glued_texts())
    if draw(st.booleans()):
        text = wrapped(text.replace(b"\n", b""), draw(st.integers(1, 90)))
    return b"".join(draw(writers)(number, line).line for number, line in enumerate(text.split(b"\n")))


@given(recorded_texts())
def test_nor_where_every_line_is_a_record_of_its_own(text: bytes) -> None:
    once = redacted(text)
    assert redacted(once) == once
    assert redacted(text, finder=BOUNDED) == once


@given(recorded_texts(), st.lists(st.integers(0, 6000), max_size=8))
def test_nor_does_it_matter_how_records_are_cut(text: bytes, cuts: list[int]) -> None:
    whole = redacted(text)
    assert redacted(text, [cut for cut in cuts if cut <= len(text)]) == whole
    assert redacted(text, [place + 1 for place, octet in enumerate(text) if octet == 0x0A]) == whole
    assert redacted(text, range(1, len(text), 13)) == whole


@given(glued_texts(), st.sampled_from(["gz", "%", "json", "b64"]))
def test_nor_where_it_was_encoded(text: bytes, how: str) -> None:
    encoded = {
        "%": lambda: quote_from_bytes(text).encode(),
        "json": lambda: json.dumps({"a": text.decode("latin-1")}).encode(),
        "b64": lambda: b64encode(text),
        "gz": lambda: text.decode("latin-1").encode("utf-16"),
    }[how]()
    once = redacted(encoded)
    assert redacted(once) == once


@pytest.mark.long
def test_nor_does_it_change_what_the_corpus_became() -> None:
    for one in true_samples():
        once = redacted(one.text)
        assert redacted(once) == once, one


@given(glued_texts())
def test_both_engines_redact_alike(text: bytes) -> None:
    assert redacted(text, finder=BOUNDED) == redacted(text)


@given(glued_texts(), st.lists(st.integers(0, 3000), max_size=8))
def test_however_it_is_cut_it_comes_out_alike_with_the_same_marks(text: bytes, cuts: list[int]) -> None:
    whole = redacted(text)
    assert redacted(text, [cut for cut in cuts if cut <= len(text)]) == whole
    assert redacted(text, range(1, len(text))) == whole
    lines = [place + 1 for place, octet in enumerate(text) if octet == 0x0A]
    assert redacted(text, lines) == whole


NAMED = [
    (b"/a?access_token=", b"&b=c"), (b"/a?code=", b" HTTP/1.1"), (b"Authorization: Bearer ", b"\r\n"),
    (b"sent Bearer ", b" to it"), (b'{"token":"', b'","a":1}'), (b"password=", b", a=b"),
    (b"X-Api-Key: ", b"\n"), (b"Cookie: session=", b"; b=c"), (b"?n=%3Fsig%3D", b"%26b&d"),
]  # fmt: skip
MARKS = [
    b"[REDACTED:jwt:tfp1_abcdefghijklmnop]", b"[REDACTED:query-token:too-long]", b"[REDACTED:",
    b"[REDACTED:x]", b"[REDACTED]", b"[redacted]", b"[REDACTED:jwt:", b"[REDACTED:jwt:tfp1_abcdefghijklmnop",
    b"[REDACTED:a b]",
]  # fmt: skip
OPAQUE = [_M.text(16).encode(), _M.text(40).encode(), _M.jwt(), _M.text(16, "0123456789abcdef").encode()]


@example((b'{"token":"', b'","a":1}'), b"l4Bdkhcfb768caZV", [(b"[REDACTED:", 0), (b"[REDACTED:a b]", 9)])
@given(
    st.sampled_from(NAMED),
    st.sampled_from(OPAQUE),
    st.lists(st.tuples(st.sampled_from(MARKS), st.integers(0, 400)), min_size=1, max_size=3),
)
def test_no_mark_protects_a_value_wherever_it_is_put(
    place: tuple[bytes, bytes], secret: bytes, marks: list[tuple[bytes, int]]
) -> None:
    value, done = b"", 0
    for mark, at in sorted(((mark, at % (len(secret) + 1)) for mark, at in marks), key=itemgetter(1)):
        value, done = value + secret[done:at] + mark, at
    value += secret[done:]
    after = redacted(place[0] + value + place[1])
    assert after.startswith(place[0] + b"[REDACTED:")
    assert after.endswith(b"]" + place[1])
    assert len(after) < len(place[0] + place[1]) + 90
    assert redacted(after) == after


@pytest.mark.parametrize(
    "before", [b"access_token=abcdefgh12345678", b"[REDACTED:jwt:tfp1_abcdefghijklmnop", b"jwt:x"]
)
def test_a_key_goes_whole_that_touches_the_value_before_it(before: bytes) -> None:
    after = redacted(before + _M.pem() + b" end")
    assert after.endswith(b"] end")
    assert b"[REDACTED:private-key:" in after
    assert b"KEY" not in after
    assert len(after) < len(before) + 80


@given(st.sampled_from(SECRETS), st.sampled_from(MARKS), st.sampled_from(MARKS))
def test_no_mark_beside_a_secret_protects_it(secret: bytes, before: bytes, behind: bytes) -> None:
    alone = redacted(secret)
    for text in (before + secret, secret + behind, before + secret + behind):
        after = redacted(text)
        assert secret not in after
        assert redacted(after) == after
        if alone != secret:
            rest = alone.split(b"]", 1)[1]
            assert secret[-12:] not in after or secret[-12:] in rest, text


@given(
    st.lists(
        st.sampled_from(FALSE) | st.sampled_from([b"\r\n", b"\n", b"\x00", b"\xc3", b"\t", b""]), max_size=9
    ).map(b"\n".join)
)
def test_what_is_no_secret_comes_out_octet_for_octet(text: bytes) -> None:
    assert redacted(text, range(0, len(text), 7)) == text


@given(st.binary(max_size=400))
def test_no_octets_make_it_fail(text: bytes) -> None:
    once = redacted(text)
    assert redacted(once) == once


@pytest.mark.long
@given(
    st.dictionaries(
        st.text(max_size=9) | st.sampled_from(["token", "password", "Authorization", "Cookie"]),
        st.sampled_from([one.decode("latin-1") for one in SECRETS])
        | st.text(max_size=30)
        | st.integers()
        | st.lists(st.text(max_size=20), max_size=2),
        max_size=5,
    )
)
def test_a_line_of_json_stays_one(members: dict[str, object]) -> None:
    for ascii_only in (True, False):
        line = json.dumps(members, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") + b"\n"
        after = redacted(line)
        assert after.endswith(b"\n")
        assert after.count(b"\n") == 1
        assert json.loads(after.decode("utf-8", "surrogatepass")).keys() <= members.keys() | _changed(members)


def _changed(members: dict[str, object]) -> set[str]:
    """A name may be a secret, too: then it is another one afterwards."""
    return {json.loads(redacted(json.dumps(name).encode())) for name in members}


@pytest.mark.long
def test_everything_around_a_secret_stays() -> None:
    for one in true_samples():
        after = redacted(one.text)
        assert after.startswith(one.before + b"[REDACTED:" + one.type.encode() + b":tfp1_"), one
        assert after.endswith(b"]" + one.after), one


def test_a_line_is_given_as_soon_as_it_ends() -> None:
    redactor = Redactor(LINEAR, PRINTS)
    assert redactor.feed(b"one\ntw") == b"one\n"
    assert redactor.feed(b"o\n" + _M.jwt() + b"\n").startswith(b"two\n[REDACTED:jwt:")
    assert redactor.feed(_M.pem() + b"\n").startswith(b"[REDACTED:private-key:")
    assert redactor.close() == b""


def test_what_may_go_on_is_kept_back_until_it_does_not() -> None:
    redactor = Redactor(LINEAR, PRINTS)
    header = _M.jwt("RS256")[:30] + b"\n"
    assert redactor.feed(b"a\n" + header) == b"a\n"
    assert redactor.feed(b"no, it does not\n") == header + b"no, it does not\n"
    pem = _M.pem(size=1200).splitlines(keepends=True)
    assert b"".join(map(redactor.feed, pem[:-1])) == b""
    assert redactor.feed(pem[-1] + b"\n").startswith(b"[REDACTED:private-key:")


def test_a_key_without_its_end_is_redacted_to_its_last_line() -> None:
    pem = b"".join(_M.pem(size=400).splitlines(keepends=True)[:-1])
    assert redacted(pem + b"INFO: next\n").endswith(b"]\nINFO: next\n")


def test_a_name_is_the_fingerprint_and_is_reckoned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(PRINTS)
    span = Span(0, 6, "jwt", b"opaque")
    assert names.of(span) == PRINTS.token(b"opaque")
    monkeypatch.setattr(names, "_fingerprints", None)
    assert names.of(span) == PRINTS.token(b"opaque")
    assert names.of(span._replace(canonical=b"")) == TOO_LONG


def test_no_more_than_some_thousands_are_held() -> None:
    names = Names(PRINTS)
    for number in range(5000):
        names.of(Span(0, 1, "jwt", b"%d" % number))
    assert len(names._known) < 4097
