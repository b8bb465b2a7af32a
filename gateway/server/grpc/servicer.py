"""What does one call get? A message in, a decision, a message out; a refusal for whatever goes wrong."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from google.protobuf.message import DecodeError

from gateway.core.ask import Question
from gateway.core.policy import Policy
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Verdict
from gateway.dialects import envoy_grpc
from gateway.dialects.envoy_grpc import Checked
from gateway.dialects.query import target_without
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.engine import Engine
from gateway.server.grpc.conversion import (
    BROKEN,
    PERMIT,
    checked,
    response,
    sealed,
)
from gateway.server.grpc.protos.check_pb2 import CheckRequest
from gateway.server.http1.fault import REFUSALS, Fault
from gateway.server.memo import Again
from gateway.server.speaker import reread, written

MALFORMED: Final = sealed(response(REFUSALS[Fault.MALFORMED]))
"""The answer to octets that are no message."""


class InMessages:
    """Says a verdict as the answer of which a message is made."""

    name = envoy_grpc.NAME

    def say(self, verdict: Verdict) -> HttpAnswer:
        """Give the answer."""
        return envoy_grpc.render(verdict)

    def keep(self, permit: Permit) -> tuple[bytes, HttpAnswer]:
        """Give its octets beside it."""
        answer = envoy_grpc.render(permit)
        return written(answer), answer

    def say_again(self, _: Question, again: Again) -> HttpAnswer:
        """Read it back."""
        return reread(again.wire)


class Servicer:
    """Answers `Check`. Octets in and out: whatever is wrong with them is answered here."""

    def __init__(
        self, engine: Engine, *, on_malformed: Callable[[str], None], on_bug: Callable[[BaseException], None]
    ) -> None:
        self._engine = engine
        self._on_malformed = on_malformed
        self._on_bug = on_bug

    def check(self, octets: bytes, call: HttpRequest) -> bytes | Coroutine[Any, Any, bytes]:
        """Answer one call, or give a coroutine that does where something must be looked up first.

        `call` is who asks: the connection's other end, and what it says beside the message. Neither raises:
        Envoy would have to make something of it.
        """
        try:
            question = checked(CheckRequest.FromString(octets), call)
            policy = envoy_grpc.policy_of(question, self._engine.policies)
            unknown = Deny(reason=Reason.POLICY_UNKNOWN)
            facts = unknown if policy is None else envoy_grpc.read(question, policy)
            given = self._engine.decide(_SPEAKER, policy, facts, question.peer)
            if isinstance(given, HttpAnswer):
                return _written(question, policy, given)
            return self._looked_up(question, policy, given)
        except DecodeError:
            self._on_malformed(Fault.MALFORMED)
            return MALFORMED
        except Exception as error:  # noqa: BLE001 - whatever a defect raises, the proxy gets a refusal
            self._on_bug(error)
            return BROKEN

    # --- private ---

    async def _looked_up(
        self, question: Checked, policy: Policy | None, answer: Coroutine[Any, Any, HttpAnswer]
    ) -> bytes:
        try:
            return _written(question, policy, await answer)
        except Exception as error:  # noqa: BLE001 - as above
            self._on_bug(error)
            return BROKEN


# --- private ---

_SPEAKER: Final = InMessages()


def _written(question: Checked, policy: Policy | None, answer: HttpAnswer) -> bytes:
    if policy is None or answer.status != PERMIT:
        return sealed(response(answer))
    # Envoy's own query_parameters_to_remove sorts the others anew, and takes a `;` for a part of a value.
    target = target_without(question.target, policy.places.queries)
    return sealed(response(answer, target))
