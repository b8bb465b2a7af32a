"""What does one call get? A message in, a decision, a message out; a refusal for whatever goes wrong."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from google.protobuf.message import DecodeError

from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from gateway.dialects import envoy_grpc
from gateway.dialects.envoy_grpc import Checked
from gateway.dialects.wire import HttpAnswer
from gateway.server.engine import Engine
from gateway.server.grpc.conversion import (
    BROKEN,
    PERMIT,
    Metadata,
    checked,
    recalled,
    response,
    sealed,
)
from gateway.server.grpc.protos.check_pb2 import CheckRequest
from gateway.server.http1.fault import REFUSALS, Fault

MALFORMED: Final = sealed(response(REFUSALS[Fault.MALFORMED]))
"""The answer to octets that are no message."""


class Call(Protocol):
    """What is asked of gRPC's context."""

    def peer(self) -> str:
        """Give the other end of the connection, as gRPC prints it."""

    def invocation_metadata(self) -> Metadata | None:
        """Give what the caller has said beside the message."""


class Servicer:
    """Answers `Check`. Octets in and out: whatever is wrong with them is answered here, not by gRPC."""

    def __init__(
        self, engine: Engine, *, on_malformed: Callable[[str], None], on_bug: Callable[[BaseException], None]
    ) -> None:
        self._engine = engine
        self._on_malformed = on_malformed
        self._on_bug = on_bug
        self._open = asyncio.Event()
        self._open.set()

    def pause(self) -> None:
        """Decide nothing more; calls wait."""
        self._open.clear()

    def resume(self) -> None:
        """Decide again: those first that wait."""
        self._open.set()

    async def check(self, octets: bytes, call: Call) -> bytes:
        """Answer one call. Never raises: Envoy would have to make something of it."""
        try:
            await self._open.wait()
            question = checked(CheckRequest.FromString(octets), call.peer(), call.invocation_metadata() or ())
            return await self._decided(question)
        except DecodeError:
            self._on_malformed(Fault.MALFORMED)
            return MALFORMED
        except Exception as error:  # noqa: BLE001 - whatever a defect raises, the proxy gets a refusal
            self._on_bug(error)
            return BROKEN

    # --- private ---

    async def _decided(self, question: Checked) -> bytes:
        policy = envoy_grpc.policy_of(question, self._engine.policies)
        unknown = Deny(reason=Reason.POLICY_UNKNOWN)
        facts = unknown if policy is None else envoy_grpc.read(question, policy)
        given = self._engine.decide(envoy_grpc, policy, facts, question.peer)
        if isinstance(given, bytes):
            answer = recalled(given)
        elif isinstance(given, HttpAnswer):
            answer = given
        else:
            answer = await given
        if policy is None or answer.status != PERMIT:
            return sealed(response(answer))
        target = envoy_grpc.target_without(question.target, policy.places.queries)
        return sealed(response(answer, target))
