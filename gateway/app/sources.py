"""Where do the keys of the configured issuers come from?"""

from gateway.app.parts import MONOTONIC
from gateway.config.world import World
from gateway.sources.jwks import Ambience
from gateway.sources.keysets import IssuerSource, KeySources
from gateway.sources.outcome import KeysObserver


def key_sources(
    world: World, observer: KeysObserver | None = None, predecessor: KeySources | None = None
) -> KeySources:
    """Make the sources of every issuer's keys; nothing is fetched before they are started or asked.

    An issuer that the `predecessor` reaches in the same way is taken over with the keys it has.
    """
    return KeySources(
        (
            IssuerSource(issuer_id=issuer_id, location=source.location, outbound=source.outbound)
            for issuer_id, source in world.issuers.items()
        ),
        ambience=Ambience(clock=MONOTONIC),
        observer=observer,
        predecessor=predecessor,
    )
