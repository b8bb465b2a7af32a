"""What an entry names, and that its text says just that."""

import json
from dataclasses import replace

import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.revocations import parse_revocations
from gateway.config.world import RevocationFile
from gateway.leaks.deny_entry import DenyEntry, entry_of, moment
from gateway.leaks.recognise import Life, Recognised, Signature, Whose
from tests import builders as b

NAME = "tfp1_abcdefghijklmnop"
FOUND = Recognised(
    whose=Whose.ISSUER,
    issuer_id="corp",
    signature=Signature.GOOD,
    life=Life.LIVE,
    expires_at=b.NOW,
    jti="j-1",
)
FILE = RevocationFile(path="x", issuer_ids=frozenset({"corp"}), fingerprint=b.FINGERPRINTS.token)
UNTIL = moment(b.NOW)


def test_a_jti_is_believed_where_a_key_vouches_for_it() -> None:
    assert entry_of(FOUND, NAME) == DenyEntry(issuer="corp", jti="j-1", until=UNTIL)


def test_else_it_is_the_fingerprint() -> None:
    unchecked = replace(FOUND, signature=Signature.UNCHECKED)
    assert entry_of(unchecked, NAME) == DenyEntry(fingerprint=NAME, until=UNTIL)
    assert entry_of(replace(FOUND, jti=None), NAME) == DenyEntry(fingerprint=NAME, until=UNTIL)
    assert entry_of(Recognised(whose=Whose.OPAQUE), NAME) == DenyEntry(fingerprint=NAME)


def test_without_a_fingerprint_a_jti_is_better_than_nothing_and_ends_never() -> None:
    unchecked = replace(FOUND, signature=Signature.UNCHECKED)
    assert entry_of(unchecked, None) == DenyEntry(issuer="corp", jti="j-1")
    assert entry_of(replace(unchecked, jti=None), None) is None


def test_an_end_that_no_calendar_has_is_left_out() -> None:
    assert moment(None) is None
    assert moment(10**15) is None
    assert moment(0) == "1970-01-01T00:00:00Z"


@given(st.text(min_size=1, max_size=30))
def test_any_jti_is_written_as_itself_or_not_at_all(jti: str) -> None:
    entry = entry_of(replace(FOUND, jti=jti), NAME)
    assert entry is not None
    for text in (entry.as_yaml(), entry.as_json()):
        assert "\n" not in text
        assert {**yaml.safe_load(text), "until": UNTIL} == entry.members
        listed = parse_revocations(f"revoked:\n  - {text}\n".encode(), FILE, now=0).revocations
        assert (listed.jtis == {("corp", jti)}) != (listed.fingerprints == {NAME})


def test_a_jti_that_the_list_cannot_hold_is_not_taken() -> None:
    for jti in ("a\nb", "\x1b[2J", "\ud800", "j" * 513, b.token(), "\u2028"):
        assert entry_of(replace(FOUND, jti=jti), NAME) == DenyEntry(fingerprint=NAME, until=UNTIL)
        assert entry_of(replace(FOUND, jti=jti), None) is None


def test_numbers_and_words_of_yaml_are_text() -> None:
    for jti in ("1e3", "0123", "true", "null", "~", "- x", "a: b", "#"):
        assert yaml.safe_load(DenyEntry(issuer="corp", jti=jti).as_yaml())["jti"] == jti


def test_an_issuer_may_have_any_id() -> None:
    for id_ in ("123", "1e3", "0x1f", "null", "no", "on", "y", "corp", "2026-11-28"):
        file = replace(FILE, issuer_ids=frozenset({id_}))
        text = f"revoked:\n  - {DenyEntry(issuer=id_, jti='a').as_yaml()}\n"
        assert parse_revocations(text.encode(), file, now=0).revocations.jtis == {(id_, "a")}
    assert DenyEntry(issuer="corp", jti="a").as_yaml() == '{issuer: corp, jti: "a"}'


def test_the_json_form_is_json() -> None:
    entry = DenyEntry(fingerprint=NAME, until=UNTIL, why='a "quoted" word')
    assert json.loads(entry.as_json()) == entry.members
    assert list(entry.members) == ["fingerprint", "until", "why"]
