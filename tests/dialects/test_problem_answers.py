"""What we say ourselves: problem details, or a page for who shows pages; constants, and never an echo."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import Headers
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Context, Deny, Indeterminate, Preflight
from gateway.dialects.answers import STATUSES
from gateway.dialects.problem_answers import DETAILS, MAX_ACCEPT, problem, render, wants_page
from tests.builders import facts

BROWSER = b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def accepts(*values: bytes) -> bool:
    return wants_page(Headers.of(tuple((b"accept", value) for value in values)))


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        (b"text/html", True),
        (b"TEXT/HTML", True),
        (b"text/html;q=0.5", True),
        (b"text/html; q=0.5, application/json;q=0.4", True),
        (b"text/html;q=0.4, application/json;q=0.5", False),
        (b"text/html, application/json", False),
        (b"text/html, application/problem+json", False),
        (b"text/html;q=0", False),
        (b"text/html;q=x", False),
        (b"text/*", False),
        (b"*/*", False),
        (b"application/json", False),
        (b"", False),
        (b"text/html," + b" " * MAX_ACCEPT, False),
    ],
)
def test_who_gets_a_page(accept: bytes, page: bool) -> None:  # noqa: FBT001
    assert accepts(accept) is page


def test_who_says_nothing_gets_json_and_two_lines_are_one_list() -> None:
    assert not accepts()
    assert accepts(b"image/png", b"text/html")


OURS = {Outcome.OUTAGE, Outcome.BUG}


@pytest.mark.parametrize("reason", [one for one in Reason if ROWS[one].outcome not in OURS])
def test_a_refusal_is_problem_details_of_its_class(reason: Reason) -> None:
    answer = render(Deny(reason=reason))
    expected = 404 if reason is Reason.POLICY_UNKNOWN else STATUSES[ROWS[reason].outcome]
    assert answer.status == expected
    said = json.loads(answer.body)
    assert set(said) == {"type", "title", "status", "detail", "error"}
    assert (said["type"], said["status"]) == ("about:blank", expected)
    assert reason.value not in answer.body.decode()
    headers = dict(answer.headers)
    assert len(headers) == len(answer.headers)
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert (b"www-authenticate" in headers) is (
        ROWS[reason].outcome in {Outcome.MALFORMED, Outcome.MISSING, Outcome.TOKEN, Outcome.SCOPE}
    )


def test_an_outage_says_when_to_come_again_and_a_bug_says_nothing() -> None:
    down = render(Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=7))
    assert (down.status, dict(down.headers)[b"retry-after"]) == (503, b"7")
    broken = render(Indeterminate(reason=Reason.INTERNAL_ERROR, retry_after_s=1))
    assert (broken.status, json.loads(broken.body)["detail"]) == (500, "The gateway failed.")


def test_a_browser_gets_a_page_that_can_do_nothing() -> None:
    context = Context(facts=facts(b"/v1/orders", (b"accept", BROWSER)))
    answer = render(Deny(reason=Reason.CREDENTIAL_MISSING, context=context))
    headers = dict(answer.headers)
    assert answer.status == 401
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert headers[b"content-security-policy"] == b"default-src 'none'; frame-ancestors 'none'"
    assert b"<h1>Unauthorized</h1>" in answer.body
    assert b"www-authenticate" in headers


def test_a_preflight_is_answered_here() -> None:
    context = Context(cors=((b"access-control-allow-origin", b"https://app.example.com"),))
    answer = render(Preflight(context=context, headers=((b"access-control-max-age", b"600"),)))
    assert (answer.status, answer.body) == (204, b"")
    assert dict(answer.headers)[b"access-control-allow-origin"] == b"https://app.example.com"


def test_a_refusal_keeps_what_a_browser_of_an_allowed_origin_must_be_told() -> None:
    cors = ((b"vary", b"Origin"), (b"access-control-allow-origin", b"https://app.example.com"))
    answer = render(Deny(reason=Reason.TOKEN_EXPIRED, context=Context(cors=cors)))
    assert set(cors) <= set(answer.headers)


@pytest.mark.parametrize("status", DETAILS)
@pytest.mark.parametrize("page", [False, True])
def test_every_status_of_ours_has_its_words(status: int, page: bool) -> None:  # noqa: FBT001
    answer = problem(status, page=page, more=((b"retry-after", b"1"),))
    assert answer.status == status
    assert str(status).encode() in answer.body
    assert DETAILS[status][1].encode() in answer.body
    assert answer.headers[-1] == (b"retry-after", b"1")
    assert page or json.loads(answer.body)["status"] == status


@given(values=st.lists(st.binary(max_size=40), max_size=3))
def test_any_accept_is_one_or_the_other(values: list[bytes]) -> None:
    assert accepts(*values) in {True, False}
    context = Context(facts=facts(b"/v1/orders", *((b"accept", value) for value in values)))
    answer = render(Deny(reason=Reason.PATH_NOT_ALLOWED, context=context))
    assert answer.body in {problem(403).body, problem(403, page=True).body}
