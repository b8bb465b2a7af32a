"""Which keys are our own, and what do we publish of them?"""

from pathlib import Path
from typing import Final, assert_never

from gateway.app.parts import CLOCK
from gateway.config.problem import ConfigError, Problem
from gateway.config.world import DirectoryKeys, MemoryKeys, SharedKeys, World
from gateway.core.evidence import Signer
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.memory import MemoryStore
from gateway.keys.shared import SharedStore
from gateway.keys.store import KeyStore
from gateway.keys.store import open_keyring as open_store
from gateway.keys.stored_key import StoredKey
from gateway.server.keys_pages import KeysPages

LOOK_EVERY_S: Final = 10


class Custody:
    """The keys of the store that the configuration names, loaded once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.stored: tuple[StoredKey, ...] = ()
        """With their private halves."""
        self.keyring = Keyring((), algorithm=world.signing_algorithm)

    def open(self) -> Keyring:
        """Load the keys. Blocks on the disk. Raises: KeyStoreError."""
        store, algorithm = _store(self._world), self._world.signing_algorithm
        if not isinstance(store, MemoryStore):  # which would make another key
            open_store(store, algorithm=algorithm, clock=CLOCK)
        self.stored = store.load(algorithm=algorithm, clock=CLOCK)
        self.keyring = Keyring(self.stored, algorithm=algorithm)
        return self.keyring

    def signer(self) -> Signer | None:
        """Give the key that signs now."""
        return self.keyring.signer()

    async def look(self) -> bool:
        """Say whether the keyring has changed: this one never does."""
        return False


def open_custody(world: World) -> Custody:
    """Load the gateway's own keys. Raises: ConfigError where the store cannot be used."""
    custody = Custody(world)
    try:
        custody.open()
    except KeyStoreError as error:
        problem = Problem(
            file=str(error.path), line=1, column=1, path="downstream.keys", what=error.what, fix=error.fix
        )
        raise ConfigError([problem]) from None
    return custody


def open_keyring(world: World) -> Keyring:
    """Load the gateway's own keys, to look at them. Raises: ConfigError as above."""
    return open_custody(world).keyring


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


# --- private ---


def _store(world: World) -> KeyStore:
    match world.key_store:
        case MemoryKeys():
            return MemoryStore()
        case DirectoryKeys(path=path):
            return DirectoryStore(path=Path(path))
        case SharedKeys(path=path):
            return SharedStore(path=Path(path))
        case _:
            assert_never(world.key_store)
