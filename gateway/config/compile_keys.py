"""Where do our private keys live, and how long does one of them sign?"""

from pathlib import Path
from typing import Final, assert_never

from gateway.config.schema_issuers import DirectoryStore, KeyStoreSection, MemoryStore, SharedStore
from gateway.config.schema_types import seconds
from gateway.config.spot import Spot
from gateway.config.world import DirectoryKeys, KeyStore, MemoryKeys, SharedKeys
from gateway.keys.schedule import MIN_ROTATE_EVERY_S, PENDING_S, RETIRING_S


def compile_key_store(section: KeyStoreSection, directory: Path, spot: Spot) -> KeyStore:
    """Compile `downstream.keys`; a path is relative to `directory`. What is wrong goes to the spot."""
    match section:
        case MemoryStore(rotate_every=duration):
            return MemoryKeys(_rotate_every_s(duration, spot / "rotate_every"))
        case DirectoryStore(path=path, rotate_every=duration):
            return DirectoryKeys(str(directory / path), _rotate_every_s(duration, spot / "rotate_every"))
        case SharedStore(path=path, rotate_every=duration):
            if duration is not None:
                (spot / "rotate_every").refuse(
                    "is not for a shared store, which is only read: whoever writes the directory rotates",
                    "remove it, or write store: directory where the gateway itself can write there",
                )
            return SharedKeys(str(directory / path))
        case _:
            assert_never(section)


# --- private ---

_SHORTEST: Final = f"{MIN_ROTATE_EVERY_S // 60}m"


def _rotate_every_s(duration: str, spot: Spot) -> int:
    every_s = seconds(duration)
    if every_s < MIN_ROTATE_EVERY_S:
        spot.refuse(
            f"is shorter than {_SHORTEST}: a key is published {PENDING_S}s before it signs, "
            f"and {RETIRING_S}s after, so that no backend meets a key that it does not have",
            f"write {_SHORTEST} or more, such as 7d",
        )
    return every_s
