"""What was decided?

A closed union. `Deny` is what doing nothing gives; `Permit` can only be built from a permission or a
public route. Each carries a `Context`: what was known when the verdict fell, for the answer and the
record.
"""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The request may go on, with this in place of the client's credential."""

    context: Context
    downstream: DownstreamToken | None
    """None only on a public route."""
    identity: HeaderPairs = field(repr=False)
    """Every identity header we own, each exactly once."""
    cookies_left: bytes | None = field(repr=False)
    """The Cookie header for the backend; None: leave the client's."""
    remember: Remember | None
    """While this holds the same question has the same answer. None: forget it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The request may not go on, and it is the client's to mend."""

    reason: Reason
    detail: str = ""
    """For the operator only; never a claim value."""
    context: Context = Context()
    rests_on_keys_of: str | None = None
    """While the keys of this issuer are the same, so is the answer to this token. None: it may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indeterminate:
    """We could not find out. Fails closed, and is nobody's refusal."""

    reason: Reason
    retry_after_s: int
    context: Context = Context()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """A CORS preflight that the policy allows: to be answered, not to be passed on."""

    context: Context
    headers: HeaderPairs


Verdict = Permit | Deny | Indeterminate | Preflight


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Not yet a verdict: this must be looked up first."""

    need: Need
    signed: SignedClaims | None = None
    """What this round has verified, so that the next need not."""
