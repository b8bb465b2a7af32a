"""An identity counts where the certificate shows it that is told in the policy's form, and nowhere else."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs, Headers
from gateway.core.policy import CertificateFrom, CertificateShows
from gateway.core.reason import Refusal
from gateway.core.verdict import Permit
from gateway.dialects.client_certificate import certificate_of
from tests.builders import Wire, bearer, policy, route, snapshot, token
from tests.showing import NAME, SHOWN, SPIFFE, certificate, escaped_pem, shown
from tests.walk import EVERY_DIALECT, through

WANTED = route(requirements=(CertificateShows(identities=frozenset({SPIFFE})),))
FORMS = tuple(form for form in SHOWN if form is not CertificateFrom.ENVOY_XFCC)
"""Those that tell of the whole certificate."""
WORLDS = {form: snapshot(policy(WANTED, certificate_from=form)) for form in SHOWN}
HOLDERS = {
    None: False,
    certificate(SPIFFE, NAME): True,
    certificate(NAME, common_name=SPIFFE): False,
    certificate(SPIFFE + "/x", SPIFFE.upper()): False,
    certificate(common_name=f"/CN={SPIFFE}"): False,
}
TOKEN = bearer(token())
SPELLINGS = (lambda name: name, bytes.upper, lambda name: b"x-my-" + name, lambda name: name + b"-uri")

holders = st.sampled_from(tuple(HOLDERS))
said = st.tuples(
    st.sampled_from(tuple(SHOWN)), holders.filter(lambda one: one is not None), st.sampled_from(SPELLINGS)
)


def spelt(form: CertificateFrom, der: bytes, spelling: object) -> HeaderPairs:
    return tuple((spelling(name), value) for name, value in shown(form, der))  # type: ignore[operator]


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
@given(form=st.sampled_from(FORMS), holder=holders, beside=st.lists(said, max_size=3), first=st.booleans())
def test_nothing_that_is_said_beside_stands_in_for_the_certificate(
    dialect: str,
    form: CertificateFrom,
    holder: bytes | None,
    beside: list[tuple[CertificateFrom, bytes, object]],
    first: bool,  # noqa: FBT001
) -> None:
    told = () if holder is None else shown(form, holder)
    more = tuple(pair for one in beside if one[0] is not form for pair in spelt(*one))
    headers = (*more, TOKEN, *told) if first else (*told, TOKEN, *more)
    verdict, _ = through(dialect, Wire(headers=headers), WORLDS[form])
    assert isinstance(verdict, Permit) is HOLDERS[holder]


# --- Envoy's element ------------------------------------------------------------------------------

FIELDS = ("Subject", "URI", "DNS")
PIECES = st.sampled_from(
    ("spiffe://a", "b", ";", "=", '"', "\\", ",", ";URI=", ";DNS=", ";Cert=", SPIFFE, NAME)
)
odd_names = st.lists(PIECES, max_size=4).map("".join)


def element(subject: str, uris: list[str], names: list[str], told: frozenset[str]) -> bytes:
    """As Envoy writes it: this order, quotes around the subject, which alone is escaped."""

    def fields() -> Iterator[str]:
        yield "By=spiffe://us"
        yield "Hash=" + "0" * 64
        if "Subject" in told:
            quoted = subject.replace("\\", "\\\\").replace('"', '\\"')
            yield f'Subject="{quoted}"'
        if "URI" in told:
            yield from [f"URI={uri}" for uri in uris] or ["URI="]
        if "DNS" in told:
            yield from (f"DNS={name}" for name in names)

    return ";".join(fields()).encode()


@given(
    odd_names,
    st.lists(odd_names, max_size=3),
    st.lists(odd_names, max_size=3),
    st.frozensets(st.sampled_from(FIELDS)),
)
@example("", [f"{SPIFFE};x=y"], [], frozenset({"URI"}))
@example("", [f"{SPIFFE};"], [], frozenset({"URI"}))
@example("", [], [f"b;URI={SPIFFE}"], frozenset({"DNS"}))
@example("", [f"b;DNS={NAME}"], [], frozenset({"URI"}))
@example("", [f'"{SPIFFE}"'], [], frozenset({"URI"}))
@example(f'";URI={SPIFFE}', [], [], frozenset({"Subject"}))
@example(f"\\;URI={SPIFFE}", [], [], frozenset({"Subject"}))
def test_no_name_in_a_certificate_becomes_another_one(
    subject: str, uris: list[str], names: list[str], told: frozenset[str]
) -> None:
    known = read(element(subject, uris, names, told))
    assert known is None or known <= set(uris)


def read(text: bytes) -> frozenset[str] | None:
    """The names that are known; None where none is, or the header is refused."""
    asking = policy(WANTED, certificate_from=CertificateFrom.ENVOY_XFCC)
    try:
        found = certificate_of(Headers.of(((b"x-forwarded-client-cert", text),)), asking)
    except Refusal:
        return None
    assert found is not None
    return found.identities


@given(st.lists(odd_names, max_size=3))
def test_beside_the_whole_certificate_nothing_else_is_read(names: list[str]) -> None:
    whole = b'Cert="%b"' % escaped_pem(certificate(SPIFFE))
    text = b";".join((whole, *(f"DNS={name}".encode() for name in names)))
    assert read(text) in {None, frozenset({SPIFFE})}
