import hashlib
import hmac
import re
from base64 import b32encode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from gateway.redact.fingerprint import Fingerprints

KEY = bytes(range(16))
HEADER = urlsafe_b64encode(b'{"alg":"ES256","kid":"a"}').rstrip(b"=")
PAYLOAD = urlsafe_b64encode(b'{"sub":"alice"}').rstrip(b"=")
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

prints = Fingerprints(KEY)


def jwt(signature: bytes) -> bytes:
    return b".".join((HEADER, PAYLOAD, urlsafe_b64encode(signature).rstrip(b"=")))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (prints.token(b"opaque"), r"tfp1_[a-z2-7]{16}"),
        (prints.subject("corp", "alice"), r"sfp1_[a-z2-7]{16}"),
        (prints.client("corp", "cli"), r"cfp1_[a-z2-7]{16}"),
    ],
)
def test_each_kind_has_its_prefix_and_80_bits(text: str, form: str) -> None:
    assert re.fullmatch(form, text)


def test_the_construction_is_hmac_sha_256_over_lengths_and_parts() -> None:
    message = (5).to_bytes(8) + b"token" + (6).to_bytes(8) + b"opaque"
    digest = hmac.new(KEY, message, hashlib.sha256).digest()[:10]
    assert prints.token(b"opaque") == "tfp1_" + b32encode(digest).decode().lower()


def test_replicas_with_one_key_agree_and_other_keys_do_not() -> None:
    assert Fingerprints(KEY).token(b"opaque") == prints.token(b"opaque")
    assert Fingerprints(KEY + b"x").token(b"opaque") != prints.token(b"opaque")


@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_short_key_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="shorter than 16 bytes"):
        Fingerprints(b"k" * length)


@given(r=st.integers(1, P256_ORDER - 1), s=st.integers(1, P256_ORDER - 1))
def test_the_two_signatures_of_one_es256_token_have_one_fingerprint(r: int, s: int) -> None:
    twin = P256_ORDER - s
    assert decode_dss_signature(encode_dss_signature(r, twin)) == (r, twin)
    one, other = (jwt(r.to_bytes(32) + each.to_bytes(32)) for each in (s, twin))
    assert prints.token(one) == prints.token(other)


@pytest.mark.parametrize("spelling", [b"c2lnbmF0dXJl", b"c2lnbmF0dXJl==", b"c2ln-_", b"c2ln+/", b""])
def test_however_the_signature_is_spelt_the_token_is_the_same(spelling: bytes) -> None:
    assert prints.token(HEADER + b"." + PAYLOAD + b"." + spelling) == prints.token(jwt(b"signature"))


@pytest.mark.parametrize(
    "header", [b'{"alg":"ES256"}', b'{ "alg":"ES256"}', b'{\n"alg":"ES256"}', b'{\t"alg":1}']
)
def test_a_header_is_known_by_its_first_characters(header: bytes) -> None:
    start = urlsafe_b64encode(header).rstrip(b"=") + b"." + PAYLOAD + b"."
    assert prints.token(start + b"one") == prints.token(start + b"two")


@pytest.mark.parametrize("start", [b"v4.public.", b"key.id.", b"a.b.c.", b"", b"eyJ.", HEADER + b"."])
def test_an_opaque_token_is_taken_whole(start: bytes) -> None:
    assert prints.token(start + b"one") != prints.token(start + b"two")


def test_another_header_or_payload_is_another_token() -> None:
    texts = {jwt(b"x"), HEADER + b"." + HEADER + b".x", HEADER + PAYLOAD[:1] + b"." + PAYLOAD[1:] + b".x"}
    assert len({prints.token(text) for text in texts}) == 3


def test_a_jwt_is_not_the_opaque_token_that_spells_its_signing_input() -> None:
    assert prints.token(jwt(b"x")) != prints.token(HEADER + b"." + PAYLOAD)


def test_parts_do_not_run_into_each_other() -> None:
    assert prints.subject("ab", "c") != prints.subject("a", "bc")
    assert prints.client("ab", "c") != prints.client("a", "bc")


def test_domains_are_apart() -> None:
    assert prints.subject("corp", "x")[5:] != prints.client("corp", "x")[5:]


@given(
    st.tuples(st.text(max_size=5), st.text(max_size=5)), st.tuples(st.text(max_size=5), st.text(max_size=5))
)
def test_two_subjects_are_two_fingerprints(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (prints.subject(*one) == prints.subject(*other)) == (one == other)


def test_a_lone_surrogate_has_a_fingerprint() -> None:
    assert prints.subject("corp", "\ud800") != prints.subject("corp", "\ud801")


def test_it_keeps_nothing_that_it_was_shown_and_prints_no_key() -> None:
    begun = [*prints._begun.values(), prints._outer]
    before = [each.digest() for each in begun]
    assert prints.token(b"opaque") == prints.token(b"opaque")
    assert [each.digest() for each in (*prints._begun.values(), prints._outer)] == before
    assert Fingerprints.__slots__ == ("_begun", "_outer")
    assert repr(KEY) not in repr(prints) + repr(prints._begun)
