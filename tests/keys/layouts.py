"""Key directories for tests."""

from pathlib import Path

from gateway.keys.manifest import ManifestEntry, render_manifest
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey

NOW = 1_800_000_000


def clock() -> float:
    """Give the one moment at which every test makes its keys."""
    return NOW + 0.9


def entry(key: SigningKey, state: KeyState = KeyState.ACTIVE) -> ManifestEntry:
    """Describe a key."""
    return ManifestEntry(kid=key.kid, algorithm=key.algorithm, state=state, created_at=NOW)


def stored(key: SigningKey, state: KeyState = KeyState.ACTIVE, since: int | None = NOW) -> StoredKey:
    """Make a key of a store."""
    return StoredKey(key=key, state=state, created_at=NOW, since=since)


def lay_out(directory: Path, *listed: tuple[SigningKey, KeyState], mode: int = 0o600) -> None:
    """Write a directory by hand, as an operator's tool would."""
    directory.mkdir(mode=0o700, exist_ok=True)
    for key, _ in listed:
        (directory / f"{key.kid}.pem").write_bytes(key.to_pem())
    manifest = render_manifest(entry(key, state) for key, state in listed)
    (directory / "keys.json").write_bytes(manifest)
    for file in directory.iterdir():
        file.chmod(mode)


def some_key(algorithm: Algorithm = "ES256") -> SigningKey:
    """Make a key."""
    return SigningKey.generate(algorithm)
