"""Is what was written read again, and is everything else refused by name, or made anew?"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.certificates.layout import MANIFEST, Unfit, authority_files, read, server_files
from gateway.certificates.renewal import AUTHORITY_LIFE_S, DAY_S, SUCCESSOR_BEFORE_S
from tests.certificates.kept import NOTHING, NOW, begun, settled

KEPT = begun()
ONE = KEPT.authorities[0]
OURS, SHOWN = authority_files({}, KEPT.authorities), server_files({}, KEPT.served)


def test_what_was_written_is_read_again() -> None:
    assert set(OURS) == {MANIFEST, f"{ONE.id}.pem"}
    assert set(SHOWN) == {"tls.crt", "tls.key", "ca.crt"}
    assert read(OURS, SHOWN) == KEPT
    two = settled(KEPT, NOW + AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S + DAY_S)
    assert len(two.authorities) == 2
    assert read(authority_files(OURS, two.authorities), server_files(SHOWN, two.served)) == two
    assert SHOWN["tls.key"].count(b"PRIVATE KEY") == 2
    assert b"PRIVATE" not in SHOWN["tls.crt"] + SHOWN["ca.crt"] + OURS[MANIFEST]
    assert OURS[f"{ONE.id}.pem"].splitlines()[-2] not in b"".join(SHOWN.values()), "the authority's key stays"


def test_nothing_is_nothing() -> None:
    assert read({}, {}) == NOTHING


def test_what_is_not_ours_stays_and_keys_that_are_gone_go() -> None:
    assert authority_files({"note": b"x", "0123456789abcdef.pem": b"old"}, KEPT.authorities) == {
        **OURS,
        "note": b"x",
    }
    assert server_files({"note": b"x"}, KEPT.served) == {**SHOWN, "note": b"x"}
    assert server_files({"note": b"x"}, None) == {"note": b"x"}


def test_a_certificate_beside_no_authority_is_somebody_elses() -> None:
    with pytest.raises(Unfit, match="no authority of ours"):
        read({}, SHOWN)


def test_a_certificate_that_is_broken_is_made_again() -> None:
    other = server_files({}, begun().served)
    for broken in (
        {},
        {**SHOWN, "tls.crt": b""},
        {**SHOWN, "tls.key": b"garbage"},
        {**SHOWN, "tls.key": other["tls.key"]},
        {**SHOWN, "ca.crt": b"\xff"},
        {"tls.crt": SHOWN["tls.crt"]},
    ):
        assert read(OURS, broken).served is None


def test_an_authority_that_is_broken_is_not() -> None:
    pem, other = f"{ONE.id}.pem", begun().authorities[0]
    manifest = json.loads(OURS[MANIFEST])
    theirs = authority_files({}, [other])[f"{other.id}.pem"]
    parts = OURS[pem].partition(b"-----BEGIN PRIVATE")
    key_of_other = parts[0] + theirs[theirs.index(b"-----BEGIN PRIVATE") :]
    rsa = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def saying(**members: object) -> bytes:
        return json.dumps({**manifest, **members}).encode()

    cases = {
        f"{MANIFEST} is missing, and something else is there": {"note": b"x"},
        f"{MANIFEST} is not complete JSON": {MANIFEST: OURS[MANIFEST][:-5]},
        f"{MANIFEST} is not a list of authorities of version 1": {MANIFEST: saying(version=2)},
        f"{MANIFEST} lists an authority without an id of ours": {
            MANIFEST: saying(authorities=[{"id": "../../x"}])
        },
        f"{MANIFEST} says a moment": {**OURS, MANIFEST: saying(authorities=[{"id": ONE.id, "published": 5}])},
        f"{pem} is missing": {MANIFEST: OURS[MANIFEST]},
        f"{pem} holds no certificate": {**OURS, pem: b"garbage"},
        f"{pem} holds no private key": {**OURS, pem: parts[0]},
        f"{pem} holds a key that is not for ECDSA": {**OURS, pem: parts[0] + rsa},
        f"{pem} holds a certificate and the key of another": {**OURS, pem: key_of_other},
        f"{pem} holds another authority": {**OURS, pem: theirs},
    }
    for said, files in cases.items():
        with pytest.raises(Unfit) as refused:
            read(files, SHOWN)
        assert str(refused.value).startswith(said)
