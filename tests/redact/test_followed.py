"""That what stands in several records is found whole, whoever wrote them, and nothing else changes."""

import json
from itertools import chain, pairwise, zip_longest

import pytest

from gateway.leaks.scan import find as scan
from gateway.redact.find import Finder
from gateway.redact.followed import MOST_BETWEEN, Followed
from gateway.redact.matching import BoundedStarts
from gateway.redact.replace import Redactor
from gateway.redact.span import MAX_LINES_BYTES, Reach
from tests.leaks.made import Maker, wrapped
from tests.leaks.records import (
    CRI,
    CRI_CUT,
    CRI_STDERR,
    JSON_FILE,
    OTHERS,
    WRITERS,
    Written,
    json_file,
    log,
    written,
)
from tests.redact.test_replace import BOUNDED, LINEAR, PRINTS, redacted

M = Maker(141)
KEY = M.pem(size=600)
TOKEN = M.jwt("RS256")
SECRETS = {
    "private-key": (KEY, KEY),
    "jwt": (wrapped(TOKEN, 64), TOKEN),
}


def names(text: bytes, finder: Finder = LINEAR) -> list[tuple[str, str]]:
    return [(one.type, one.fingerprint) for one in scan(text, finder, PRINTS)]


def around(records: list[Written]) -> list[tuple[bytes, bytes]]:
    return [(one.before, one.behind) for one in records]


def marked(records: list[Written], mark: bytes) -> bytes:
    """The log when each record's text is a mark."""
    return log(one._replace(text=mark) for one in records)


@pytest.mark.parametrize("type_", SECRETS)
def test_it_is_found_whole_and_every_record_keeps_what_was_put_around_it(type_: str) -> None:
    secret, canonical = SECRETS[type_]
    (name,) = names(canonical + b"\n")
    mark = f"[REDACTED:{type_}:{name[1]}]".encode()
    for how, write in WRITERS.items():
        before, records, after = (
            written(lines, write) for lines in ([b"ready."], secret.split(b"\n"), [b"done, all of it"])
        )
        text = log([*before, *records, *after])
        for finder in (LINEAR, BOUNDED):
            assert names(text, finder) == [name], how
            once = redacted(text, finder=finder)
            assert once == log(before) + marked(records, mark) + log(after), how
            assert redacted(once, finder=finder) == once, how
            for step in (1, 7, 64):
                assert redacted(text, range(0, len(text), step), finder) == once, how


def test_it_may_begin_behind_other_text() -> None:
    first, *rest = KEY.split(b"\n")
    for how, write in WRITERS.items():
        records = written([b"key: " + first, *rest[:-1], rest[-1] + b" was read"], write)
        once = redacted(log(records))
        assert {line.count(b"[REDACTED:private-key:") for line in once.splitlines()} == {1}, how
        assert once.startswith(records[0].before + b"key: [REDACTED:"), how
        assert once.endswith(b"] was read" + records[-1].behind), how


def test_records_of_json_stay_json() -> None:
    records = written([*KEY.split(b"\n"), b"next"], JSON_FILE)
    for line in redacted(log(records)).splitlines():
        assert json.loads(line)["log"].endswith("]\n") or json.loads(line)["log"] == "next\n"


def test_windows_line_ends_and_blank_lines_are_part_of_it() -> None:
    begin, rest = KEY.split(b"\n", 1)
    (name,) = names(KEY)
    for lines in (KEY.replace(b"\n", b"\r\n"), begin + b"\n\n" + rest):
        for how, write in WRITERS.items():
            assert names(log(written(lines.split(b"\n"), write))) == [name], how


def test_a_key_without_its_end_ends_with_its_last_record() -> None:
    lines = KEY.split(b"\n")[:-1]
    for how, write in WRITERS.items():
        records = written([*lines, b"INFO: next"], write)
        once = redacted(log(records))
        assert once.endswith(b"]" + records[-2].behind + records[-1].line), how
        assert once.count(b"[REDACTED:") == len(lines), how


@pytest.mark.parametrize("how", OTHERS)
@pytest.mark.parametrize("many", [1, 2, MOST_BETWEEN])
def test_records_of_others_may_stand_between(how: str, many: int) -> None:
    token = M.jwt()
    for secret, canonical in SECRETS.values():
        records = written(secret.split(b"\n"), WRITERS[how])
        asked = b"GET /?access_token=" + token + b" HTTP/1.1"
        others = written([asked, *[b"other"] * (many - 1)], OTHERS[how])
        text = log(chain.from_iterable((one, *others) for one in records))
        assert sorted(set(names(text))) == sorted({*names(canonical), *names(token)})
        once = redacted(text)
        assert redacted(once) == once
        assert redacted(text, range(len(text))) == once
        assert once.count(b"[REDACTED:") == 2 * len(records)
        assert [line.partition(b"[REDACTED:")[0] for line in once.splitlines()][:: many + 1] == [
            one.before for one in records
        ]


def test_no_more_of_them_than_that() -> None:
    begin, *rest = written(KEY.split(b"\n"), CRI)
    others = written([b"other"] * (MOST_BETWEEN + 1), CRI_STDERR)
    text = log([begin, *others, *rest])
    assert redacted(text) == text


def test_two_that_are_written_at_once_are_told_apart() -> None:
    key = M.pem(size=500)
    for how, other in OTHERS.items():
        one, two = written(KEY.split(b"\n"), WRITERS[how]), written(key.split(b"\n"), other)
        text = log(record for pair in zip_longest(one, two) for record in pair if record)
        assert names(text) == [*names(KEY), *names(key)], how
        once = redacted(text)
        assert once.count(b"[REDACTED:") == once.count(b"\n"), how
        assert redacted(once) == once, how


def test_a_token_that_is_cut_goes_on_in_the_next_record() -> None:
    name = names(TOKEN)
    for at in (20, 100, len(TOKEN) - 300, len(TOKEN) - 5):
        for parts in ((at,), (at, at + 3)):
            cuts = [0, *parts, len(TOKEN)]
            pieces = [TOKEN[start:end] for start, end in pairwise(cuts)]
            lines = [b"found: " + pieces[0], *pieces[1:-1], pieces[-1] + b" in a long line"]
            for cut, whole in ((CRI_CUT, CRI), (json_file(end=""), JSON_FILE)):
                records = [*written(lines[:-1], cut), whole(9, lines[-1])]
                text = log(records)
                assert names(text) == name, text
                once = redacted(text)
                assert redacted(once) == once
                assert once.startswith(records[0].before + b"found: [REDACTED:jwt:")
                assert once.endswith(b"] in a long line" + records[-1].behind)
                assert once.count(b"[REDACTED:") == len(records)


def test_a_key_that_is_cut_is_found_too() -> None:
    line = b'{"key":"' + KEY.replace(b"\n", b"\\n") + b'"}'
    for at in range(40, len(line) - 40, 7):
        if line[at - 1 : at + 1] == b"\\n":
            continue  # it is its own text that is cut, and no line of the key
        text = log([CRI_CUT(1, line[:at]), CRI(2, line[at:])])
        assert names(text) == names(KEY), at
        once = redacted(text)
        assert once.startswith(CRI_CUT(1, b'{"key":"').line[:-1] + b"[REDACTED:private-key:"), at
        assert once.endswith(b']"}\n'), at
        assert redacted(once) == once


def test_what_is_no_record_of_the_same_is_not_joined() -> None:
    first, *rest = KEY.split(b"\n")
    for how, other in OTHERS.items():
        begin, behind = written([first], WRITERS[how]), written(rest, other)
        text = log([*begin, *behind])
        assert redacted(text) == text, how


def test_lines_without_a_beginning_belong_to_the_record_before_but_in_a_runtimes_log() -> None:
    first, rest = KEY.split(b"\n", 1)
    for how in ("kubectl --timestamps", "compose", "syslog"):
        (begin,) = written([b"key: " + first], WRITERS[how])
        assert names(begin.line + rest + b"\n") == names(KEY), how
        assert redacted(begin.line + rest + b"\nnext\n").count(b"\n") == 2, how
    (begin,) = written([first], CRI)
    assert names(begin.line + rest + b"\n") == []


def test_it_is_passed_on_as_soon_as_it_cannot_go_on() -> None:
    redactor = Redactor(LINEAR, PRINTS)
    records = written([*KEY.split(b"\n"), b"next"], CRI)
    given = [redactor.feed(one.line) for one in records[:-2]]
    assert set(given) == {b""}
    assert redactor.feed(records[-2].line).count(b"\n") == len(records) - 1
    begin = written([b"-----BEGIN PRIVATE KEY-----", b"is how it begins"], CRI)
    assert redactor.feed(begin[0].line) == b""
    assert redactor.feed(begin[1].line) == log(begin)
    assert redactor.feed(begin[0].line) == b""
    others = written([b"other"] * (MOST_BETWEEN + 1), CRI_STDERR)
    given = [redactor.feed(one.line) for one in others]
    assert given == [*[b""] * MOST_BETWEEN, log([begin[0], *others])]


@pytest.mark.long
def test_no_more_than_64_kib_is_kept_back() -> None:
    redactor = Redactor(LINEAR, PRINTS)
    lines = [b"-----BEGIN PRIVATE KEY-----", *[b"A" * 64] * (2 * MAX_LINES_BYTES // 64)]
    kept = most = 0
    for one in written(lines, CRI):
        kept += len(one.line) - len(redactor.feed(one.line))
        most = max(most, kept)
    assert most < 2 * MAX_LINES_BYTES


def test_a_way_ends_where_something_of_others_was_redacted() -> None:
    """So that nothing opens one: of what was too far a mark may be nearer."""
    first, *rest = written(KEY.split(b"\n"), CRI)
    for between in (b"[REDACTED:jwt:tfp1_abcdefghijklmnop]", b"x" * MAX_LINES_BYTES):
        text = log([first, *written([between], CRI_STDERR), *rest])
        assert redacted(text) == text


def test_in_vain_looked_at_a_piece_goes_with_the_secret_that_ends_it() -> None:
    token = M.jwt("HS256", kid=M.text(200))
    key = b"gl" + b"pat-" + M.text(20).encode()
    for how, write in WRITERS.items():
        one, two, last = written([token[:250], token[250:] + key, b"next"], write)
        once = redacted(log((one, two, last)))
        assert once.startswith(one.line + two.before + b"[REDACTED:gitlab-pat:"), how
        assert once.endswith(b"]" + two.behind + last.line), how
        assert redacted(once) == once, how


def test_a_key_that_a_token_begins_in_goes_with_all_of_that() -> None:
    key = b"gl" + b"pat-" + M.text(20).encode()
    for how, write in WRITERS.items():
        records = written([b"a " + key + b"_" + TOKEN[:100], TOKEN[100:]], write)
        once = redacted(log(records))
        assert once.count(b"[REDACTED:gitlab-pat:") == len(records), how
        assert not any(TOKEN[at : at + 20] in once for at in range(0, len(TOKEN), 10)), how


def test_a_value_that_is_a_token_goes_on_too() -> None:
    for name in (b"/a?access_token=", b"Authorization: Bearer ", b"token="):
        for how, write in WRITERS.items():
            records = written([name + TOKEN[:100], *wrapped(TOKEN[100:], 80).split(b"\n")], write)
            assert names(log(records)) == names(TOKEN), (how, name)


HOSTILE = [
    b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN PRIVATE KEY-----\\n", b"eyJhbGciOi", b"eyJhbGciOiJub25lIn0.",
    b"eyJhbGciOiJIUzI1NiJ9.e30", b"", b"A" * 20, b"eyJhbGciOiJub25lIn0\\",
]  # fmt: skip


@pytest.mark.long
def test_hostile_records_are_answered() -> None:
    # Where each line looked through all others it was minutes; no clock is read, the suite would hang.
    for line in HOSTILE:
        for how in ("CRI", "json-file", "compose"):
            for between in (0, MOST_BETWEEN):
                pair = [*written([line], WRITERS[how]), *written([line] * between, OTHERS[how])]
                text = log(pair * (9_000 // sum(len(one.line) for one in pair)))
                assert len(redacted(text)) <= len(text) + 100 * text.count(b"\n")


def test_it_says_what_it_was_before_it_was_records() -> None:
    records = written([b"ab", b"cd", b"ef"], CRI)
    text = log(records)
    at = text.index(b"ab")
    followed = Followed(text, at, Reach(0, len(text), whole=True))
    place = followed.over(at + 2, at + 3)
    place = followed.over(place + 2, place + 3)
    assert text[place:].startswith(b"ef")
    assert [text[slice(*one)] for one in followed.parts(place + 2)] == [b"ab", b"cd", b"ef"]
    assert followed.between(at + 1, place + 1) == b"b\ncd\ne"
    assert followed.over(place + 2, place + 3) == followed.end
    assert followed.whole


def test_both_engines_are_asked() -> None:
    assert isinstance(BOUNDED._starts, BoundedStarts)
