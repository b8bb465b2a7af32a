"""Do the signatures that the RFCs print verify, and are those that we must not accept refused?

Most of the examples sign something that is no JWT: they are tried at the signature layer, and whole.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.core.base64url import decode, encode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import KeySet, parse_jwks
from gateway.core.jws import SignedClaims, UnverifiedJws, open_, parse
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Issuer
from gateway.core.verdict import Deny
from tests import builders as b
from tests.answering import outcome, verdict_on

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    example["clause"]: example
    for example in json.loads((Path(__file__).parent / "rfc" / "signatures.json").read_text("utf-8"))[
        "examples"
    ]
}
JOE: Final[Issuer] = b.issuer(issuer="joe", token_types=frozenset({None, "jwt", "at+jwt"}))

asymmetric = pytest.mark.parametrize(
    "clause",
    [
        "RFC 7515 A.2",
        "RFC 7515 A.3",
        "RFC 7515 A.4",
        "RFC 7520 4.1",
        "RFC 7520 4.2",
        "RFC 7520 4.3",
        "RFC 8037 A.4",
    ],
)
refused = pytest.mark.parametrize(
    "clause", ["RFC 7515 A.1", "RFC 7515 A.5", "RFC 7519 3.1", "RFC 7519 6.1", "RFC 7520 4.4"]
)


def test_every_example_is_used() -> None:
    used = {name for mark in (asymmetric, refused) for name in mark.args[1]}
    assert used == set(EXAMPLES)


def published(clause: str) -> KeySet:
    key = EXAMPLES[clause]["key"]
    return parse_jwks(json.dumps({"keys": [key] if key else []}).encode())


def opened(clause: str, *, flip: bool = False, keys: KeySet | None = None) -> SignedClaims:
    """Check the signature, whatever has been signed."""
    head, _, signature = EXAMPLES[clause]["token"].encode().rpartition(b".")
    raw = bytearray(decode(signature))
    raw[-1] ^= flip
    header = json.loads(decode(head.partition(b".")[0]))
    jws = UnverifiedJws(header, {}, head, bytes(raw), header["alg"], header.get("kid"))
    return open_(jws, "corp", (keys or published(clause)).candidates(jws.kid, jws.algorithm))


@asymmetric
def test_the_signature_verifies_under_the_printed_key(clause: str) -> None:
    (key,) = published(clause).keys
    assert opened(clause).key == key


@asymmetric
def test_one_bit_more_and_it_does_not(clause: str) -> None:
    with pytest.raises(Refusal) as refusal:
        opened(clause, flip=True)
    assert refusal.value.reason is Reason.SIGNATURE_INVALID


@asymmetric
def test_it_does_not_verify_under_another_key_of_its_kind(clause: str) -> None:
    example = EXAMPLES[clause]
    other = {
        "R": b.rsa_key(),
        "P": b.rsa_key(),
        "E": b.ec_key() if example["key"].get("crv") == "P-256" else None,
    }.get(example["what"][0])
    jwk = {**(other or b.ed_key()).jwk(alg=b.OMIT), "kid": example["key"].get("kid", "k")}
    with pytest.raises(Refusal) as refusal:
        opened(clause, keys=parse_jwks(json.dumps({"keys": [jwk]}).encode()))
    assert refusal.value.reason in {Reason.SIGNATURE_INVALID, Reason.KEY_UNKNOWN}


@asymmetric
def test_a_printed_example_is_no_access_token(clause: str) -> None:
    is_claims = clause in {"RFC 7515 A.2", "RFC 7515 A.3"}
    known = b.evidence({"corp": published(clause)})
    reason = outcome(EXAMPLES[clause]["token"], issuers=[JOE], known=known)
    # The claims of the first two are read and refused as such: their signature has been found good.
    assert reason is (Reason.NOT_AN_ACCESS_TOKEN if is_claims else Reason.TOKEN_JSON_MALFORMED)


@pytest.mark.parametrize("clause", ["RFC 7515 A.2", "RFC 7515 A.3"])
def test_rfc7515_5_2_the_issuer_counts_as_named_only_once_the_signature_is_good(clause: str) -> None:
    known = b.evidence({"corp": published(clause)})
    text = EXAMPLES[clause]["token"].encode()
    good = verdict_on(text, issuers=[JOE], known=known)
    assert good.context.issuer_id == "corp"
    head, _, signature = text.rpartition(b".")
    bad = verdict_on(head + b"." + encode(bytes(len(decode(signature)))), issuers=[JOE], known=known)
    assert isinstance(bad, Deny)
    assert (bad.reason, bad.context.issuer_id) == (Reason.SIGNATURE_INVALID, None)


@refused
def test_an_unsigned_or_symmetric_example_is_refused_even_with_its_key_published(clause: str) -> None:
    known = b.evidence({"corp": published(clause)})
    assert outcome(EXAMPLES[clause]["token"], issuers=[JOE], known=known) is Reason.ALGORITHM_NOT_ALLOWED
    with pytest.raises(Refusal) as refusal:
        parse(UnverifiedToken(EXAMPLES[clause]["token"].encode()))
    assert refusal.value.reason is Reason.ALGORITHM_NOT_ALLOWED


def test_rfc7517_4_a_published_hmac_key_is_dropped() -> None:
    assert published("RFC 7515 A.1").keys == ()
    assert [dropped.why for dropped in published("RFC 7520 4.4").dropped] == ["symmetric key"]


def test_rfc9864_the_signature_of_rfc8037_a_5_verifies_under_both_names_of_its_algorithm() -> None:
    head, _, signature = EXAMPLES["RFC 8037 A.4"]["token"].encode().rpartition(b".")
    for name in ("EdDSA", "Ed25519"):
        jws = UnverifiedJws({"alg": name}, {}, head, decode(signature), name, None)
        assert open_(jws, "corp", published("RFC 8037 A.4").candidates(None, name)).issuer_id == "corp"
