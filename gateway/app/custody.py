"""Which keys are our own, and what do we publish of them?"""

from collections.abc import Callable

from gateway.app.keys_store import blaming, rotation_of, store_of
from gateway.config.world import World
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.keys.custody import Custody
from gateway.keys.keyring import Keyring
from gateway.server.keys_pages import KeysPages
from gateway.server.watch import CustodyWatch


def open_custody(world: World, watch: CustodyWatch, *, clock: Callable[[], float]) -> Custody:
    """Load the gateway's own keys, made first where the store makes them. Blocks on the disk.

    `clock` gives seconds since the epoch. Raises: ConfigError where the store cannot be used.
    """
    rotation = rotation_of(world)
    custody = Custody(
        store_of(world),
        algorithm=world.signing_algorithm,
        rotate_every_s=None if rotation is None else rotation.every_s,
        clock=clock,
        observer=watch,
    )
    with blaming():
        watch.loaded(custody.open())
    return custody


class PublishedPages:
    """The pages of the keys listener, as the configuration and the keyring are now."""

    def __init__(self, keyring: Keyring, world: World) -> None:
        self.publish(keyring, world)

    def publish(self, keyring: Keyring, world: World) -> None:
        """Show these from the next request on."""
        self._pages = KeysPages(keyring, world.downstream_issuer, world.jwks_uri)

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request (see KeysPages)."""
        return self._pages(request)
