"""A bound token is its holder's alone (RFC 8705 section 3), and one that nobody can check is nobody's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import encode
from gateway.core.binding import NO_CERTIFICATE, check_binding, is_bound
from gateway.core.reason import Reason, Refusal
from tests import showing

OURS, OTHERS = showing.thumbprint(), showing.thumbprint(showing.OTHER_CERTIFICATE)
TEXT = showing.bound_to()["x5t#S256"]


def outcome(cnf: Any, certificate: bytes | None) -> Reason | None:
    try:
        check_binding({"sub": "alice", "cnf": cnf}, certificate)
    except Refusal as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (OURS, None),
        (OTHERS, Reason.CERTIFICATE_MISMATCH),
        (OURS[:-1], Reason.CERTIFICATE_MISMATCH),
        (OURS + b"\0", Reason.CERTIFICATE_MISMATCH),
        (NO_CERTIFICATE, Reason.CERTIFICATE_MISSING),
        (None, Reason.BINDING_UNSUPPORTED),
    ],
)
def test_rfc8705_3_the_certificate_that_was_shown_is_the_one_in_the_token(
    certificate: bytes | None, expected: Reason | None
) -> None:
    assert outcome(showing.bound_to(), certificate) is expected


@pytest.mark.parametrize(
    "cnf",
    [
        None, "", 0, False, [], {}, "x", ["x5t#S256"], {"jkt": "x"}, {"jwk": {}}, {"kid": "x"},
        {"x5t#s256": TEXT}, {"x5t": TEXT}, {"x5t#S256": TEXT, "jkt": "x"}, {"x5t#S256": TEXT, "new": None},
        {"x5t#S256": None}, {"x5t#S256": ""}, {"x5t#S256": 1}, {"x5t#S256": [TEXT]}, {"x5t#S256": TEXT + "="},
        {"x5t#S256": TEXT[:-1]}, {"x5t#S256": " " + TEXT}, {"x5t#S256": TEXT + "\n"},
        {"x5t#S256": OURS.hex()},
        {"x5t#S256": encode(OURS[:-1]).decode()}, {"x5t#S256": encode(OURS + b"\0").decode()},
        {"x5t#S256": TEXT[:-1] + "\ud800"}, {"x5t#S256": TEXT[:-1] + "é"},
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("certificate", [OURS, NO_CERTIFICATE, None])
def test_what_we_do_not_know_is_no_binding_that_we_can_check(cnf: Any, certificate: bytes | None) -> None:
    assert outcome(cnf, certificate) is Reason.BINDING_UNSUPPORTED


def test_an_empty_thumbprint_is_not_that_of_no_certificate() -> None:
    assert outcome({"x5t#S256": ""}, NO_CERTIFICATE) is Reason.BINDING_UNSUPPORTED


@pytest.mark.parametrize("certificate", [OURS, NO_CERTIFICATE, None])
def test_a_token_without_cnf_is_a_bearer_token(certificate: bytes | None) -> None:
    check_binding({"sub": "alice", "CNF": {"jkt": "x"}}, certificate)
    assert not is_bound({"sub": "alice"})
    assert is_bound({"cnf": None})


@given(st.binary(min_size=32, max_size=32), st.none() | st.binary(max_size=40))
def test_only_the_very_same_octets_pass(bound: bytes, certificate: bytes | None) -> None:
    cnf = {"x5t#S256": encode(bound).decode()}
    assert (outcome(cnf, certificate) is None) is (certificate == bound)
    assert outcome(cnf, bound) is None
