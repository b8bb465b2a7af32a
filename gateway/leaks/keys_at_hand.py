"""Which public keys can be read here, without asking anybody over a network?

Those of issuers with a `jwks_file`, and our own where they are in a directory. Whatever cannot be read is
not at hand: a leak is looked into also on a machine that has none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from gateway.config.world import DirectoryKeys, MemoryKeys, SharedKeys, World
from gateway.core.jwk import JwksMalformed, KeySet, parse_jwks
from gateway.core.trust import KeysInFile
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.shared import SharedStore
from gateway.sources.regular_file import read_regular_file

MAX_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysAtHand:
    """Public keys, nothing else."""

    of_issuers: Mapping[str, KeySet] = field(default_factory=dict)
    """By issuer id."""
    ours: KeySet | None = None


def keys_at_hand(world: World) -> KeysAtHand:
    """Read them. Blocks on the disk. Never makes a key, and never fails for one that is not there."""
    found = {
        issuer_id: keys
        for issuer_id, source in world.issuers.items()
        if isinstance(source.location, KeysInFile) and (keys := _in_file(source.location.path))
    }
    return KeysAtHand(of_issuers=found, ours=_ours(world))


# --- private ---


def _in_file(path: str) -> KeySet | None:
    try:
        return parse_jwks(read_regular_file(path, MAX_BYTES))
    except (OSError, ValueError, JwksMalformed):
        return None


def _ours(world: World) -> KeySet | None:
    try:
        match world.key_store:
            case MemoryKeys():
                return None
            case DirectoryKeys(path=path):
                keys = DirectoryStore(path=Path(path)).read()
            case SharedKeys(path=path):
                keys = SharedStore(path=Path(path)).read()
            case _:
                assert_never(world.key_store)
    except (KeyStoreError, OSError):
        return None
    return parse_jwks(Keyring(keys, algorithm=world.signing_algorithm).jwks())
