"""What does Envoy understand of an answer, over HTTP and over gRPC?

A header that the answer leaves out stays the client's, so what must go is named; and never set as well, for
Envoy removes last. Its own CORS filter answers preflights before it asks: one that comes here is refused.
"""

from typing import Final

from gateway.core.verdict import Permit, Preflight, Verdict
from gateway.dialects import answers
from gateway.dialects.wire import HttpAnswer

REMOVE: Final = b"x-envoy-auth-headers-to-remove"
"""As the HTTP form spells it; in a message it is `headers_to_remove`."""


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer: 200 with what is to be removed, or what the client is to see."""
    answer = answers.render(verdict)
    if isinstance(verdict, Preflight):
        return HttpAnswer(status=403, headers=answer.headers)
    if isinstance(verdict, Permit) and (names := _to_remove(verdict, answer)):
        return answer._replace(headers=(*answer.headers, (REMOVE, names)))
    return answer


# --- private ---


def _to_remove(permit: Permit, answer: HttpAnswer) -> bytes:
    """Name every credential of the client that our answer does not overwrite."""
    policy = permit.context.policy
    places = [b"authorization"]
    if policy is not None:
        places += [*sorted(policy.places.headers), *([b"cookie"] if policy.places.cookies else [])]
    given = {name for name, _ in answer.headers}
    return b",".join(name for name in places if name not in given)
