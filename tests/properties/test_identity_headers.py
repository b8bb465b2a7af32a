"""I4: no client's protected header, nor an alias, reaches the decision; a permit carries ours, all, once."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import CookieCredential
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from tests.builders import Wire, bearer, policy, snapshot, token
from tests.forwards import anywhere, forward, headers_of
from tests.strategies import PROTECTED, aliases, any_headers, header_values
from tests.walk import EDGE, EVERY_DIALECT, through

TARGETS = st.sampled_from((b"/v1/orders", b"/public/x"))
GOOD = bearer()

dialects = pytest.mark.parametrize("dialect", EVERY_DIALECT)


def folded(name: bytes) -> bytes:
    """What a CGI, WSGI or PHP reader makes of a header's name."""
    return bytes(b if chr(b).isalnum() and b < 128 else 0x2D for b in name.lower())


ALIASES = (
    st.sampled_from([name for name in PROTECTED if b"-" in name])
    .flatmap(aliases)
    .filter(lambda alias: alias.lower() not in PROTECTED)  # in another case it is the name itself
)


@dialects
@given(alias=ALIASES, value=header_values(), target=TARGETS)
def test_every_alias_is_refused_on_every_route(
    dialect: str, alias: bytes, value: bytes, target: bytes
) -> None:
    assume(alias.lower() not in PROTECTED)  # in another case it is the name itself
    wire = Wire(target=target, headers=(GOOD, (alias, value)))
    verdict, _ = through(dialect, wire)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.HEADER_LOOKALIKE


@dialects
@given(name=st.sampled_from(IDENTITY_HEADERS), value=header_values(), target=TARGETS)
def test_a_clients_own_identity_header_is_refused_on_every_route(
    dialect: str, name: bytes, value: bytes, target: bytes
) -> None:
    verdict, _ = through(dialect, Wire(target=target, headers=(GOOD, (name, value))))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.IDENTITY_HEADER_FORGED


@dialects
@given(extra=any_headers(), target=TARGETS)
def test_a_permitted_request_holds_no_name_that_folds_to_one_of_ours(
    dialect: str, extra: HeaderPairs, target: bytes
) -> None:
    wire = Wire(target=target, headers=(GOOD, *extra))
    verdict, _ = through(dialect, wire)
    if isinstance(verdict, Permit):
        assert not {folded(name) for name, _ in extra} & set(IDENTITY_HEADERS)


CLAIM_TEXT = st.text(min_size=1, max_size=30).filter(
    lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text)
)


@dialects
@given(subject=CLAIM_TEXT, client=CLAIM_TEXT)
def test_a_permit_carries_every_identity_header_once_in_printable_ascii(
    dialect: str, subject: str, client: str
) -> None:
    text = token(sub=subject, client_id=client)
    verdict, answer = through(dialect, Wire(headers=(bearer(text),)))
    assert isinstance(verdict, Permit)
    names = Counter(name for name, _ in answer.headers)
    assert [names[name] for name in IDENTITY_HEADERS] == [1, 1, 1, 1]
    assert names[b"authorization"] == 1
    for _, value in answer.headers:
        assert all(0x20 <= octet < 0x7F for octet in value)


@dialects
@given(left=CLAIM_TEXT, right=CLAIM_TEXT)
def test_two_subjects_are_never_one_header(dialect: str, left: str, right: str) -> None:
    values = set()
    for subject in (left, right):
        _, answer = through(dialect, Wire(headers=(bearer(token(sub=subject)),)))
        values.add(dict(answer.headers)[b"x-auth-subject"])
    assert (len(values) == 1) == (left == right)


@dialects
@given(
    noise=st.lists(
        st.sampled_from((b"a=1", b"sess=x", b"__host-t=2", b"b", b"\xff=1", b"=", b"t =1")), max_size=6
    )
)
def test_no_part_of_the_clients_credential_is_given_on(dialect: str, noise: list[bytes]) -> None:
    world = snapshot(policy(credentials=(CookieCredential(name="t"),)))
    text = token().encode()
    cookie = b"; ".join([*noise, b"t=" + text, *noise])
    verdict, answer = through(dialect, Wire(headers=((b"cookie", cookie),)), world)
    assert isinstance(verdict, Permit)
    headers = answer.headers
    if dialect == EDGE:  # which passes the request on itself
        headers = headers_of(forward(anywhere(verdict)))
    given_on = b"\n".join(value for _, value in headers)
    assert all(part not in given_on for part in text.split(b"."))
    assert dict(headers).get(b"cookie", b"") == b"; ".join([*noise, *noise])
