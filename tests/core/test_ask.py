"""The first half of the walk: everything that needs no token, key or clock is refused here."""

import pytest
from hypothesis import given

from gateway.core.ask import Question, ask
from gateway.core.host import parse_host
from gateway.core.policy import BearerCredential, CookieCredential, Snapshot
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Preflight
from tests.builders import bearer, cors, facts, policy, public_route, route, snapshot
from tests.strategies import any_headers, targets

PREFLIGHT_HEADERS = (
    (b"origin", b"https://app.example.com"),
    (b"access-control-request-method", b"GET"),
)


def reason_of(asked: Question | Preflight | Deny) -> Reason | None:
    return asked.reason if isinstance(asked, Deny) else None


def test_a_question_knows_its_route_policy_and_token() -> None:
    asked = ask(facts(b"/v1/orders", bearer("t")), snapshot())
    assert isinstance(asked, Question)
    assert asked.route.id == "orders-read"
    assert asked.context.route is asked.route
    assert asked.presented.text == b"t"


def test_a_policy_that_is_not_configured_is_refused_without_context() -> None:
    asked = ask(facts(policy="other"), snapshot())
    assert isinstance(asked, Deny)
    assert (asked.reason, asked.context.policy) == (Reason.POLICY_UNKNOWN, None)


def test_a_public_route_needs_no_credential_and_takes_one_all_the_same() -> None:
    bare, carried = ask(facts(b"/public"), snapshot()), ask(facts(b"/public", bearer("t")), snapshot())
    assert isinstance(bare, Question)
    assert bare.presented.text is None
    assert isinstance(carried, Question)
    assert carried.presented.text == b"t"


def test_a_refusal_says_as_much_as_was_known() -> None:
    no_host = ask(facts(host=parse_host(b"evil.example")), snapshot())
    assert isinstance(no_host, Deny)
    assert no_host.context.policy is not None
    assert no_host.context.route is None
    no_token = ask(facts(), snapshot())
    assert isinstance(no_token, Deny)
    assert no_token.context.route is not None


@pytest.mark.parametrize(
    ("upgrade", "websocket", "expected"),
    [
        (None, False, None),
        ("websocket", True, None),
        ("websocket", False, Reason.UPGRADE_REFUSED),
        ("h2c", True, Reason.UPGRADE_REFUSED),
        ("websocket,h2c", True, Reason.UPGRADE_REFUSED),
        ("", True, Reason.UPGRADE_REFUSED),
    ],
)
def test_only_websocket_and_only_where_the_route_says_so(
    upgrade: str | None,
    websocket: bool,  # noqa: FBT001 - a column of the table
    expected: Reason | None,
) -> None:
    world = snapshot(policy(route(websocket=websocket)))
    assert reason_of(ask(facts(b"/v1/orders", bearer("t"), upgrade=upgrade), world)) is expected


def crossing(**changes: object) -> Snapshot:
    return snapshot(
        policy(route(), public_route("open", "/open", methods=frozenset({"OPTIONS"})), cors=cors(**changes))
    )


def test_a_preflight_is_answered_for_the_method_it_asks_about() -> None:
    asked = ask(facts(b"/v1/orders", *PREFLIGHT_HEADERS, method="OPTIONS"), crossing())
    assert isinstance(asked, Preflight)
    assert (b"access-control-allow-methods", b"GET") in asked.headers


@pytest.mark.parametrize(
    ("target", "method", "expected"),
    [
        (b"/v1/orders", b"DELETE", Reason.METHOD_NOT_ALLOWED),
        (b"/v1/orders", b"get", Reason.METHOD_NOT_ALLOWED),
        (b"/v1/orders", b"\xff", Reason.METHOD_NOT_ALLOWED),
        (b"/elsewhere", b"GET", Reason.PATH_NOT_ALLOWED),
        (b"/v1/../v1/orders", b"GET", Reason.TARGET_DOT_SEGMENT),
    ],
)
def test_a_preflight_is_no_way_around_the_table(target: bytes, method: bytes, expected: Reason) -> None:
    headers = (PREFLIGHT_HEADERS[0], (b"access-control-request-method", method))
    assert reason_of(ask(facts(target, *headers, method="OPTIONS"), crossing())) is expected


def test_options_that_is_no_preflight_needs_a_route_like_any_method() -> None:
    assert reason_of(ask(facts(method="OPTIONS"), crossing())) is Reason.METHOD_NOT_ALLOWED
    assert isinstance(ask(facts(b"/open", method="OPTIONS"), crossing()), Question)


def test_refusals_tell_a_listed_origin_so_that_its_application_can_read_them() -> None:
    asked = ask(facts(b"/elsewhere", PREFLIGHT_HEADERS[0]), crossing())
    assert isinstance(asked, Deny)
    assert (b"access-control-allow-origin", b"https://app.example.com") in asked.context.cors


@pytest.mark.long
@given(targets(), any_headers())
def test_whatever_is_told_the_answer_is_one_of_its_types(
    target: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    assert isinstance(ask(facts(target, *headers), crossing()), Question | Preflight | Deny)


# --- cookies of a browser ---------------------------------------------------------------------------

EVIL = (b"origin", b"https://evil.example")
COOKIE = (b"cookie", b"a=1; t=secret")
WITH_COOKIES = snapshot(
    policy(
        route(websocket=True),
        public_route(),
        credentials=(BearerCredential(), CookieCredential(name="t")),
        cors=cors(credentials=True),
    )
)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("upgrade", [None, "websocket"])
def test_a_cookie_that_a_browser_sends_for_another_origin_is_not_believed(
    method: str, upgrade: str | None
) -> None:
    """H36: a page opens a WebSocket, or sends a form, in its visitor's name."""
    asked = facts(b"/v1/orders", COOKIE, EVIL, method=method, upgrade=upgrade)
    assert reason_of(ask(asked, WITH_COOKIES)) is Reason.ORIGIN_NOT_ALLOWED


@pytest.mark.parametrize("origin", [b"https://api.example.com", b"https://app.example.com"])
def test_a_cookie_for_a_page_of_ours_or_of_a_listed_origin_is(origin: bytes) -> None:
    asked = facts(b"/v1/orders", COOKIE, (b"origin", origin), upgrade="websocket")
    assert isinstance(ask(asked, WITH_COOKIES), Question)


def test_what_no_browser_attaches_by_itself_may_come_from_anywhere() -> None:
    assert isinstance(ask(facts(b"/v1/orders", bearer("t"), EVIL), WITH_COOKIES), Question)
    assert isinstance(ask(facts(b"/v1/orders", COOKIE), WITH_COOKIES), Question)
    assert isinstance(ask(facts(b"/public", COOKIE, EVIL), WITH_COOKIES), Question)
    other = (b"cookie", b"session=x")
    assert isinstance(ask(facts(b"/v1/orders", bearer("t"), other, EVIL), WITH_COOKIES), Question)
