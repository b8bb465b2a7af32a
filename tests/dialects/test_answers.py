"""One verdict, one answer: every class of outcome has its status, and only a permit is a 2xx."""

import pytest

from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Context, Deny, Indeterminate, Permit, Preflight
from gateway.dialects import DIALECTS
from gateway.dialects.answers import STATUSES, internal_error, render
from tests.builders import bearer, cors, facts, policy, snapshot, token
from tests.walk import decide

CORS = ((b"vary", b"Origin"), (b"access-control-allow-origin", b"https://app.example.com"))


def permit() -> Permit:
    verdict = decide(facts(b"/v1/orders", bearer(), (b"cookie", b"a=1")))
    assert isinstance(verdict, Permit)
    return verdict


def test_every_class_has_a_status() -> None:
    assert {
        Outcome.MALFORMED: 400,
        Outcome.MISSING: 401,
        Outcome.TOKEN: 401,
        Outcome.SCOPE: 403,
        Outcome.FORBIDDEN: 403,
        Outcome.OUTAGE: 503,
        Outcome.BUG: 500,
    } == STATUSES


def test_a_permit_is_exactly_200_with_our_token_and_every_identity_header_once() -> None:
    answer = render(permit())
    assert (answer.status, answer.body) == (200, b"")
    names = [name for name, _ in answer.headers]
    assert sorted(names) == sorted((b"cache-control", b"authorization", *IDENTITY_HEADERS))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_refusal_is_a_permit_in_any_dialect(dialect: str) -> None:
    spoken = DIALECTS[dialect]
    for reason in Reason:
        for verdict in (Deny(reason=reason), Indeterminate(reason=reason, retry_after_s=1)):
            assert spoken.render(verdict).status >= 400, reason
    assert spoken.render(Preflight(context=Context(), headers=())).status == 403


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_is_not_stored_and_tells_its_class_alone(reason: Reason) -> None:
    first = render(Deny(reason=reason, detail="c4n4ry"))
    assert (b"cache-control", b"no-store") in first.headers
    assert b"c4n4ry" not in b"".join((*map(b": ".join, first.headers), first.body))
    twins = [one for one in Reason if ROWS[one].outcome is ROWS[reason].outcome]
    assert {render(Deny(reason=twin)) for twin in twins} == {first}


def test_an_outage_says_when_to_come_back_and_a_bug_is_opaque() -> None:
    outage = render(Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=17))
    assert (outage.status, dict(outage.headers)[b"retry-after"]) == (503, b"17")
    exhausted = render(Indeterminate(reason=Reason.LOOKUPS_EXHAUSTED, retry_after_s=1))
    assert (exhausted.status, dict(exhausted.headers)[b"retry-after"]) == (503, b"1")
    assert render(Indeterminate(reason=Reason.INTERNAL_ERROR, retry_after_s=1)).status == 500
    assert (internal_error().status, internal_error().headers[0]) == (500, (b"cache-control", b"no-store"))


def test_every_answer_carries_the_cors_headers_of_its_context() -> None:
    context = Context(cors=CORS)
    verdicts = (
        Deny(reason=Reason.PATH_NOT_ALLOWED, context=context),
        Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=1, context=context),
        Preflight(context=context, headers=()),
    )
    world = snapshot(policy(cors=cors()))
    allowed = decide(facts(b"/v1/orders", bearer(), (b"origin", b"https://app.example.com")), world)
    for verdict in (*verdicts, allowed):
        assert set(CORS) <= set(render(verdict).headers)


def test_a_public_route_gives_no_token_on_and_names_nobody() -> None:
    verdict = decide(facts(b"/public", bearer(token())))
    headers = dict(render(verdict).headers)
    assert b"authorization" not in headers
    assert [headers[name] for name in IDENTITY_HEADERS] == [b"", b"", b"", b""]
