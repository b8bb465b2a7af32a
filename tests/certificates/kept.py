"""What do the tests of certificates begin with?"""

from gateway.certificates.renewal import DAY_S, Kept, Renewal
from tests import builders as b

NOW = int(b.NOW)
NAMES = ("gate", "gate.shop", "gate.shop.svc")
RENEWAL = Renewal(names=NAMES, life_s=90 * DAY_S)
NOTHING = Kept(authorities=(), served=None)


def settled(kept: Kept, now: int, renewal: Renewal = RENEWAL) -> Kept:
    """What a run leaves: it goes on until nothing more is due."""
    while (after := renewal.advance(kept, now=now)) != kept:
        kept = after
    return kept


def begun(now: int = NOW, renewal: Renewal = RENEWAL) -> Kept:
    return settled(renewal.begin(NOTHING, now=now), now, renewal)
