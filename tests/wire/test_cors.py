"""Can a browser application of a listed origin call, and no other, with each header exactly once?"""

import pytest

from tests.wire.http_message import Message
from tests.wire.raw_client import Response
from tests.wire.recording_server import Reply
from tests.wire.stand import Stand
from tests.wire.worlds import BROWSER, ORIGIN

pytestmark = pytest.mark.wire
POLICY = BROWSER

OTHER = "https://evil.example"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def _preflight(stand: Stand, origin: str, method: str = "GET", headers: str = "authorization") -> Response:
    pairs = [
        ("Origin", origin),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", headers),
    ]
    return stand.send(headers=pairs, method="OPTIONS")


def _names(answer: Response, name: str) -> set[str]:
    return {one.strip().lower() for one in ",".join(answer.values(name)).split(",") if one.strip()}


def _assert_cors_once(answer: Response) -> None:
    assert answer.values(ALLOW_ORIGIN) == [ORIGIN]
    assert answer.values("Access-Control-Allow-Credentials") == ["true"]
    assert answer.values("Access-Control-Expose-Headers") == ["x-request-id"]
    assert "origin" in _names(answer, "Vary")


def test_a_preflight_of_a_listed_origin_is_answered_and_goes_no_further(stand: Stand) -> None:
    answer = _preflight(stand, ORIGIN, "POST", "authorization,content-type")
    assert answer.status == stand.front.traits.preflight
    assert answer.body == b""
    assert answer.values(ALLOW_ORIGIN) == [ORIGIN]
    assert answer.values("Access-Control-Allow-Credentials") == ["true"]
    assert "POST" in answer.message.only("Access-Control-Allow-Methods")
    assert _names(answer, "Access-Control-Allow-Headers") >= {"authorization", "content-type"}
    assert len(answer.values("Access-Control-Allow-Headers")) == 1
    assert answer.values("Access-Control-Max-Age") == ["600"]
    stand.assert_unseen()


@pytest.mark.parametrize("origin", [OTHER, "null", f"{ORIGIN}.evil.example", "http://app.example.com"])
def test_a_preflight_of_another_origin_is_not_granted(stand: Stand, origin: str) -> None:
    answer = _preflight(stand, origin)
    assert answer.values(ALLOW_ORIGIN) == []
    if stand.front.traits.asks_about_preflights:
        assert (answer.status, stand.reason) == (403, "origin_not_allowed")
    stand.assert_unseen()


def test_a_method_or_header_that_is_not_listed_is_not_granted(stand: Stand) -> None:
    answer = _preflight(stand, ORIGIN, "DELETE")
    assert "DELETE" not in _names(answer, "Access-Control-Allow-Methods")
    answer = _preflight(stand, ORIGIN, "GET", "x-evil")
    assert "x-evil" not in _names(answer, "Access-Control-Allow-Headers")
    stand.assert_unseen()


def test_options_without_an_origin_is_no_preflight(stand: Stand) -> None:
    answer = stand.send(method="OPTIONS", token=stand.lab_token())
    assert (answer.status, stand.reason) == (403, "method_not_allowed")
    stand.assert_unseen()


def test_a_success_carries_the_headers_once(stand: Stand) -> None:
    token = stand.lab_token()
    answer = stand.send(headers=[("Origin", ORIGIN)], token=token)
    assert answer.status == 200
    _assert_cors_once(answer)
    stand.assert_lab_token_is_replaced(token, stand.seen())


def test_a_backend_that_sets_them_as_well_does_not_double_them(stand: Stand) -> None:
    def eager(request: Message) -> Reply:
        pairs = ((ALLOW_ORIGIN, "*"), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Accept"))
        return Reply(headers=pairs)

    with stand.backend.answering(eager):
        answer = stand.send(headers=[("Origin", ORIGIN)], token=stand.lab_token())
    assert answer.status == 200
    assert answer.values(ALLOW_ORIGIN) == [ORIGIN]
    assert answer.values("Access-Control-Allow-Credentials") == ["true"]
    assert _names(answer, "Vary") >= {"origin", "accept"}
    stand.seen()


@pytest.mark.parametrize("kind", ["no token", "expired", "no scope", "no route"])
def test_a_refusal_carries_them_once_so_that_the_application_can_read_it(stand: Stand, kind: str) -> None:
    tokens = {"expired": stand.lab_token(age_s=600), "no scope": stand.lab_token(scope="other")}
    target = "/nowhere" if kind == "no route" else "/v1/orders"
    answer = stand.send(target, [("Origin", ORIGIN)], token=tokens.get(kind))
    assert answer.status == (403 if kind.startswith("no ") and kind != "no token" else 401)
    _assert_cors_once(answer)
    stand.assert_unseen()


def test_another_origin_gets_no_header_on_any_answer(stand: Stand) -> None:
    for token in (None, stand.lab_token()):
        answer = stand.send(headers=[("Origin", OTHER)], token=token)
        assert answer.status == (200 if token else 401)
        assert answer.values(ALLOW_ORIGIN) == []
        assert "origin" in _names(answer, "Vary")
    stand.seen()
