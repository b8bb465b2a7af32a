"""Any bytes are a path that all readers read alike, or a refusal.

Whatever is permitted as a path of one route is, to every reader of `tests.properties.interpreters` and in
every spelling of case, a path of that same route. Nothing but `Refusal` is ever raised. The query changes
nothing.
"""

from gateway.core.ask import Question, ask
from gateway.core.policy import Snapshot
from gateway.core.reason import Refusal
from gateway.core.target import MAX_SEGMENTS, Path, parse_target
from tests.builders import bearer, facts, policy, snapshot
from tests.properties.interpreters import READERS
from tests.properties.reference_routes import route_seen
from tests.properties.test_one_path import LAX_ROUTES, LAXEST_ROUTES, ROUTES, SPELLINGS

_WORLDS = tuple((routes, snapshot(policy(*routes))) for routes in (ROUTES, LAX_ROUTES, LAXEST_ROUTES))
_BEARER = bearer()


def check(octets: bytes) -> None:
    """Judge the octets as a request target."""
    path = _parsed(octets)
    if path is None:
        return
    for reading in (path.segments, *path.other_readings):
        assert len(reading) <= MAX_SEGMENTS
        assert not {"", ".", ".."}.intersection(reading)
    bare = octets.partition(b"?")[0]
    assert _parsed(bare + b"?access_token=x") == _parsed(bare) == path
    for routes, world in _WORLDS:
        allowed = _route(octets, world)
        if allowed is not None:
            seen = {
                route_seen(reader(bare), routes, spelt) for reader in READERS.values() for spelt in SPELLINGS
            }
            assert seen == {allowed}, seen


def _parsed(octets: bytes) -> Path | None:
    try:
        return parse_target(octets)
    except Refusal:
        return None


def _route(octets: bytes, world: Snapshot) -> str | None:
    asked = ask(facts(octets, _BEARER), world)
    return asked.route.id if isinstance(asked, Question) else None
