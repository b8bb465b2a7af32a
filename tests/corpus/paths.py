"""Group b: which request targets are sent to reach one path under the name of another? (P)

`/public/**` asks for nothing, `/admin/**` for a token, and none is presented: a permit means that the
gateway has judged the target as public.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.policy import Snapshot
from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import PERMIT, Expected, Scenario, asked, case
from tests.corpus.targets import ROWS, Row


def two_rules() -> Snapshot:
    return b.snapshot(b.policy(b.public_route(), b.route("admin", "/admin/**")))


def at_nginx(target: bytes) -> Reason:
    """nginx tells an URL: what stands before its first slash is the host to whoever reads it."""
    before, slash, _ = target.partition(b"/")
    plain = slash and not set(before) & set(b"?#")
    return Reason.HOST_MALFORMED if plain else Reason.CARRIER_MALFORMED


def unproven(row: Row) -> Scenario:
    """The row without a token."""
    routes: Mapping[str, Expected] = {"public": PERMIT, "admin": Reason.CREDENTIAL_MISSING}
    expected = row.outcome if isinstance(row.outcome, Reason) else routes[row.outcome]
    form = row.outcome is Reason.TARGET_FORM
    unlike = {"nginx": at_nginx(row.target)} if form else {}
    wire = asked(target=row.target, headers=())
    return case(row.id, wire, expected, world=two_rules, unlike=unlike)


CONTROL: Final = case("P a public path", asked(target=b"/public/x", headers=()), PERMIT, world=two_rules)
CASES: Final = tuple(map(unproven, ROWS))
