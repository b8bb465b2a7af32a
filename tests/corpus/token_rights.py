"""Which good tokens ask for more than they are for? (J98, J110-J113)"""

from typing import Any, Final

from gateway.core.policy import AudienceIncludes, ClaimContains, ClaimEquals, ClaimMatches, Requirement
from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import PERMIT, Expected, Scenario, case, route_requires, with_token


def needing(name: str, requirement: Requirement, expected: Expected, **claims: Any) -> Scenario:
    """A route with this requirement, and a token with these claims."""
    return case(name, with_token(**claims), expected, world=route_requires(requirement))


ORDERS: Final = AudienceIncludes(audiences=frozenset({"https://orders.example.com"}))
ADMINS: Final = ClaimContains(path=("groups",), value="admin")
VERIFIED: Final = ClaimEquals(path=("email_verified",), value=True)
OF_CORP: Final = ClaimMatches(path=("email",), pattern="*@corp.com")

RIGHTS: Final = (
    needing(
        "J98 for this part of the gateway", ORDERS, PERMIT, aud=[b.AUDIENCE, "https://orders.example.com"]
    ),
    needing(
        "J98 for another part of the gateway",
        ORDERS,
        Reason.AUDIENCE_NOT_ALLOWED,
        aud=[b.AUDIENCE, "https://billing.example.com"],
    ),
    *(
        case(f"J110 scope {scope!a}", with_token(scope=scope), PERMIT)
        for scope in ("x  orders:read", " orders:read ", ["orders:read"])
    ),
    *(
        case(f"J110 scope {scope!a}", with_token(scope=scope), Reason.SCOPE_INSUFFICIENT)
        for scope in (
            *("ORDERS:READ", "orders:read,admin", "orders:read\u00a0admin", "orders:read\tadmin", ""),
            *(["orders:read admin"], []),
        )
    ),
    needing("J112 a member of the group", ADMINS, PERMIT, groups=["users", "admin"]),
    *(
        needing(f"J112 groups is {groups!a}", ADMINS, Reason.CLAIM_UNSATISFIED, groups=groups)
        for groups in ("admin", "administrators", ["administrators"], ["a", "d", "m", "i", "n"], [["admin"]])
    ),
    needing("J113 a verified address", VERIFIED, PERMIT, email_verified=True),
    *(
        needing(
            f"J113 email_verified is {'absent' if value is b.OMIT else ascii(value)}",
            VERIFIED,
            Reason.CLAIM_UNSATISFIED,
            email_verified=value,
        )
        for value in ("true", "false", 1, 0, False, None, b.OMIT)
    ),
    needing("J113 an address of the domain", OF_CORP, PERMIT, email="alice@corp.com"),
    *(
        needing(f"J113 email is {email!a}", OF_CORP, Reason.CLAIM_UNSATISFIED, email=email)
        for email in (
            *("a@evil.com@corp.com", "a@corp.com@evil.com", "a@corp.com.evil", "a@CORP.com", "a@xcorp.com"),
            *("a@corp.com ", ["alice@corp.com"]),
        )
    ),
)
