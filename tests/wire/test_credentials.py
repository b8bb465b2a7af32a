"""Is a token in a cookie or in a header of its own taken away, and everything beside it left as it is?"""

from uuid import uuid4

import pytest

from tests.wire.backend_view import assert_nobody
from tests.wire.raw_client import bearer
from tests.wire.stand import Stand
from tests.wire.worlds import EVERYWHERE

pytestmark = pytest.mark.wire
POLICY = EVERYWHERE


def test_a_token_in_a_header_of_its_own_is_taken_away(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send(headers=[("X-Api-Token", token)]).status == 200
    seen = stand.seen()
    assert [value for value in seen.values("X-Api-Token") if value] == []
    stand.assert_lab_token_is_replaced(token, seen)


def test_a_token_in_a_cookie_is_taken_away_and_the_other_cookies_stay(stand: Stand) -> None:
    token = stand.lab_token()
    session = f"s%2B{uuid4()}=="
    cookies = f'session={session}; api_token={token}; quoted="a b,c"; flag; Api_Token=other; empty='
    assert stand.send(headers=[("Cookie", cookies)]).status == 200
    seen = stand.seen()
    assert seen.only("Cookie") == f'session={session}; quoted="a b,c"; flag; Api_Token=other; empty='
    stand.assert_lab_token_is_replaced(token, seen)


def test_nothing_is_left_of_the_only_cookie(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send(headers=[("Cookie", f"api_token={token}")]).status == 200
    seen = stand.seen()
    assert [value for value in seen.values("Cookie") if value] == []
    stand.assert_lab_token_is_replaced(token, seen)


def test_other_cookies_arrive_beside_a_bearer_token(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send(headers=[("Cookie", "a=1; b=2")], token=token).status == 200
    seen = stand.seen()
    assert seen.only("Cookie") == "a=1; b=2"
    stand.assert_lab_token_is_replaced(token, seen)


@pytest.mark.parametrize("places", ["header cookie", "bearer cookie", "bearer header", "cookie cookie"])
def test_two_credentials_are_refused(stand: Stand, places: str) -> None:
    def presented(place: str) -> tuple[str, str]:
        token = stand.lab_token()
        named = {
            "header": ("X-Api-Token", token),
            "cookie": ("Cookie", f"api_token={token}"),
            "bearer": bearer(token),
        }
        return named[place]

    answer = stand.send(headers=[presented(place) for place in places.split()])
    assert (answer.status, stand.reason) == (stand.front.malformed, "credential_ambiguous")
    stand.assert_unseen()


@pytest.mark.parametrize("name", ["X_Api_Token", "X.Api.Token"])
def test_a_lookalike_of_the_tokens_header_is_no_credential(stand: Stand, name: str) -> None:
    token = stand.lab_token()
    answer = stand.send(headers=[(name, token)])
    assert answer.status in {401, stand.front.malformed}
    assert stand.reason in {"credential_missing", "header_lookalike"}
    stand.assert_unseen()


def test_a_public_route_takes_every_credential_away(stand: Stand) -> None:
    tokens = [stand.lab_token() for _ in range(2)]
    pairs = [("X-Api-Token", tokens[0])]
    assert stand.send("/healthz", pairs).status == 200
    first = stand.seen()
    assert stand.send("/healthz", [("Cookie", f"a=1; api_token={tokens[1]}")]).status == 200
    second = stand.seen()
    assert second.only("Cookie") == "a=1"
    for seen in (first, second):
        assert_nobody(seen)
        assert [token for token in tokens if token in seen.text()] == []


def test_a_token_in_a_cookie_of_another_name_stays_a_cookie(stand: Stand) -> None:
    answer = stand.send(headers=[("Cookie", f"API_TOKEN={stand.lab_token()}")])
    assert (answer.status, stand.reason) == (401, "credential_missing")
    stand.assert_unseen()
