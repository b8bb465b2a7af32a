"""I5: no Connection option removes or alters a credential, an injected header or a carrier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from tests.builders import Wire, bearer
from tests.strategies import connection_values
from tests.walk import EVERY_DIALECT, through

LAWFUL = {b"close", b"keep-alive", b"upgrade", b"te", b"http2-settings"}
GOOD = bearer()

dialects = pytest.mark.parametrize("dialect", EVERY_DIALECT)


@dialects
@given(values=st.lists(connection_values(), min_size=1, max_size=3))
def test_a_connection_list_changes_nothing_or_is_refused(dialect: str, values: list[bytes]) -> None:
    headers = (GOOD, *((b"connection", value.strip(b" \t")) for value in values))
    verdict, answer = through(dialect, Wire(headers=headers))
    if isinstance(verdict, Permit):
        assert answer == through(dialect, Wire(headers=(GOOD,)))[1]
    else:
        assert isinstance(verdict, Deny)
        assert verdict.reason is Reason.CONNECTION_OPTION


@dialects
@given(values=st.lists(connection_values(), min_size=1, max_size=3))
def test_a_permitted_list_names_no_header_that_matters(dialect: str, values: list[bytes]) -> None:
    headers = (GOOD, *((b"connection", value.strip(b" \t")) for value in values))
    verdict, _ = through(dialect, Wire(headers=headers))
    named = {option.strip(b" \t").lower() for value in values for option in value.split(b",")}
    assert not isinstance(verdict, Permit) or named <= LAWFUL


@dialects
@pytest.mark.parametrize(
    "name", [b"te", b"trailer", b"transfer-encoding", b"keep-alive", b"proxy-connection"]
)
@given(value=st.binary(max_size=10))
def test_other_hop_by_hop_headers_change_nothing(dialect: str, name: bytes, value: bytes) -> None:
    verdict, answer = through(dialect, Wire(headers=(GOOD, (name, value))))
    assert isinstance(verdict, Permit)
    assert answer == through(dialect, Wire(headers=(GOOD,)))[1]
