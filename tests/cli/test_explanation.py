"""The two ways to show one walk say the same."""

from gateway.cli.explanation import Explanation, as_members, lines
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Indeterminate
from gateway.dialects import DIALECTS
from tests import builders as b
from tests.walk import converse


def explanation(target: bytes = b"/v1/orders") -> Explanation:
    request = b.nginx_request(target=target, headers=(b.bearer(),))
    verdict, answer = converse("nginx", request)
    return Explanation(verdict=verdict, answer=answer, now=b.NOW)


def test_nothing_of_the_request_but_its_path_is_shown() -> None:
    one = explanation(b"/v1/orders?secret=1")
    assert "secret" not in "\n".join(lines(one)) + str(as_members(one))


def test_a_cookie_that_is_left_is_not_shown() -> None:
    one = explanation()
    answer = DIALECTS["nginx"].render(one.verdict)
    answer = type(answer)(status=200, headers=(*answer.headers, (b"cookie", b"session=1")))
    shown = Explanation(verdict=one.verdict, answer=answer, now=one.now)
    text = "\n".join(lines(shown))
    assert "cookie: <what is left of the client's>" in text
    assert "session" not in text


def test_a_verdict_without_a_context_is_shown_as_well() -> None:
    for verdict in (
        Deny(reason=Reason.POLICY_UNKNOWN),
        Indeterminate(reason=Reason.LOOKUPS_EXHAUSTED, retry_after_s=1),
    ):
        one = Explanation(verdict=verdict, answer=DIALECTS["nginx"].render(verdict), now=b.NOW)
        assert f" {verdict.reason.value}: " in "\n".join(lines(one))
        assert as_members(one)["route"] is None
