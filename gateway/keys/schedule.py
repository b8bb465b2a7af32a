"""How long must a key be published before it signs, and after it has signed?

Derived from facts, not chosen: so that no verifier, with whatever JWK Set it still may keep, meets a
token whose `kid` it does not have.
"""

from typing import Final

from gateway.core.mint import MAX_LIFE_S

JWKS_MAX_AGE_S: Final = 300
"""How long a verifier may keep the JWK Set that it fetched: `Cache-Control` of the keys page says so."""
LOOK_EVERY_S: Final = 10
"""How often every process looks at its store."""
SEEN_WITHIN_S: Final = 3 * LOOK_EVERY_S
"""When every process has seen a change of the store: two looks may be late or fail."""
SKEW_S: Final = 60
"""How far any two clocks may be apart, of replicas and of verifiers. A verifier's leeway counts as skew, and
so does what whole seconds leave off."""

PENDING_S: Final = SEEN_WITHIN_S + JWKS_MAX_AGE_S + SKEW_S
"""How long a new key is published before it signs.

The last replica publishes it SEEN_WITHIN_S later, a verifier that had fetched just before keeps what it has
for JWKS_MAX_AGE_S, and the clock that ends the waiting may be SKEW_S ahead of the one that began it.
"""
RETIRING_S: Final = SEEN_WITHIN_S + MAX_LIFE_S + 2 * SKEW_S
"""How long an old key is published after it was told to sign no more.

The last replica signs with it SEEN_WITHIN_S later; that token lives MAX_LIFE_S, and SKEW_S longer for a
verifier whose clock is behind; and the clock that ends the waiting may be SKEW_S ahead as well.
"""
MOUNTED_WITHIN_S: Final = 300
"""How much later every node shows a change of a Secret that is mounted: both waitings are longer by it.

A kubelet looks every 60 s (`syncFrequency`), and up to half as much later (`workerResyncIntervalJitterFactor`
of its pod workers): three such looks, of which two may fail, and half a minute for the newest to get to it.
"""
MIN_ROTATE_EVERY_S: Final = PENDING_S + RETIRING_S
"""The shortest life of a signing key. The next key is published when the one before the last is gone: never
more than two keys of an algorithm at once."""
