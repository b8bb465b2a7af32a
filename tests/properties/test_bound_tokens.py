"""A bound token passes with its certificate, told in the form of the policy, whatever is sent beside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs
from gateway.core.policy import CertificateFrom
from gateway.core.verdict import Permit
from tests.builders import Wire, bearer, policy, snapshot, token
from tests.showing import CERTIFICATE, OTHER_CERTIFICATE, SHOWN, bound_to, shown
from tests.walk import EVERY_DIALECT, through

WORLDS = {form: snapshot(policy(certificate_from=form)) for form in SHOWN}
TOKEN = bearer(token(cnf=bound_to()))
SPELLINGS = (
    lambda name: name,
    bytes.upper,
    lambda name: name.replace(b"-", b"_"),
    lambda name: b"x-my-" + name,
)

forms = st.sampled_from(tuple(SHOWN))
certificates = st.sampled_from((CERTIFICATE, OTHER_CERTIFICATE))
said = st.tuples(forms, certificates, st.sampled_from(SPELLINGS))


def spelt(form: CertificateFrom, der: bytes, spelling: object) -> HeaderPairs:
    return tuple((spelling(name), value) for name, value in shown(form, der))  # type: ignore[operator]


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
@given(form=forms, holder=st.none() | certificates, beside=st.lists(said, max_size=3), first=st.booleans())
def test_nothing_that_is_said_beside_stands_in_for_the_certificate(
    dialect: str,
    form: CertificateFrom,
    holder: bytes | None,
    beside: list[tuple[CertificateFrom, bytes, object]],
    first: bool,  # noqa: FBT001
) -> None:
    told = () if holder is None else shown(form, holder)
    of_another_form = [one for one in beside if one[0] is not form]
    more = tuple(pair for one in of_another_form for pair in spelt(*one))
    headers = (*more, TOKEN, *told) if first else (*told, TOKEN, *more)
    verdict, _ = through(dialect, Wire(headers=headers), WORLDS[form])
    assert isinstance(verdict, Permit) is (holder == CERTIFICATE)


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
@given(form=forms, holder=certificates, again=certificates, spelling=st.sampled_from(SPELLINGS[:3]))
def test_told_twice_it_is_not_told(
    dialect: str, form: CertificateFrom, holder: bytes, again: bytes, spelling: object
) -> None:
    headers = (*shown(form, holder), TOKEN, *spelt(form, again, spelling))
    verdict, _ = through(dialect, Wire(headers=headers), WORLDS[form])
    assert not isinstance(verdict, Permit)
