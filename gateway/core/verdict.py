"""What was decided?

A closed union. `Deny` is what doing nothing gives; `Permit` can only be built from a permission or a
public route. Each carries a `Context`: what was known when the verdict fell, for the answer and the
record.
"""

from typing import NamedTuple

from gateway.core.credential import UnverifiedToken
from gateway.core.evidence import Need
from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs
from gateway.core.jws import SignedClaims
from gateway.core.mint import DownstreamToken
from gateway.core.policy import Policy, Route
from gateway.core.principal import Principal
from gateway.core.reason import Reason
from gateway.core.remember import Remember


class Context(NamedTuple):
    """What was known when the verdict fell. Absent means: the walk did not come so far."""

    facts: RequestFacts | None = None
    policy: Policy | None = None
    route: Route | None = None
    token: UnverifiedToken | None = None
    issuer_id: str | None = None
    """Set only once a key of the issuer has verified the token."""
    principal: Principal | None = None
    cors: HeaderPairs = ()
    """What a browser of an allowed origin must be told on any answer."""

    def __repr__(self) -> str:
        return f"Context({self.facts!r}, issuer_id={self.issuer_id!r})"


class Permit(NamedTuple):
    """The request may go on, with this in place of the client's credential."""

    context: Context
    downstream: DownstreamToken | None
    """None only on a public route."""
    identity: HeaderPairs
    """Every identity header we own, each exactly once."""
    cookies_left: bytes | None
    """The Cookie header for the backend; None: leave the client's."""
    remember: Remember | None
    """While this holds the same question has the same answer. None: forget it."""

    def __repr__(self) -> str:
        return f"Permit({self.context!r}, {self.downstream!r})"


class Deny(NamedTuple):
    """The request may not go on, and it is the client's to mend."""

    reason: Reason
    detail: str = ""
    """For the operator only; never a claim value."""
    context: Context = Context()
    rests_on_keys_of: str | None = None
    """While the keys of this issuer are the same, so is the answer to this token. None: it may change."""


class Indeterminate(NamedTuple):
    """We could not find out. Fails closed, and is nobody's refusal."""

    reason: Reason
    retry_after_s: int
    context: Context = Context()


class Preflight(NamedTuple):
    """A CORS preflight that the policy allows: to be answered, not to be passed on."""

    context: Context
    headers: HeaderPairs

    def __repr__(self) -> str:
        return f"Preflight({self.context!r})"


Verdict = Permit | Deny | Indeterminate | Preflight


class Pending(NamedTuple):
    """Not yet a verdict: this must be looked up first."""

    need: Need
    signed: SignedClaims | None = None
    """What this round has verified, so that the next need not."""
