"""Where are the keys that every replica mounts, and how are they changed?

In a Kubernetes Secret: `keys.json` and one `<kid>.pem` for each key it lists, as in a directory. Whoever
changes them replaces the whole Secret in one step, and only the very version that was read: of two writers at
once one begins anew, and neither undoes what the other did. The replicas read the mounted files
(`gateway.keys.shared`) and never call the API server.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from gateway.keys import manifest
from gateway.keys.directory import Revise
from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import KEY_FILE, key_path, listed_keys, manifest_of
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from gateway.kubernetes.failure import ApiFailed
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.secrets import Contents, Secret, Secrets

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStore:
    """Keys in a Secret. Each call asks the API server, and blocks for seconds at most."""

    name: SecretName
    secrets: Secrets

    @property
    def path(self) -> Path:
        """Its name, as a place where files are."""
        return Path(str(self.name))

    def exists(self) -> bool:
        """Say whether somebody has made the first key, readable or not. Raises: KeyStoreError."""
        secret = self._run(self.secrets.get(self.name))
        return secret is not None and manifest.FILE_NAME in secret.contents

    def load(self, *, algorithm: Algorithm, clock: Callable[[], float]) -> tuple[StoredKey, ...]:
        """Read the keys; make the first one where the Secret is missing or empty.

        Raises: KeyStoreError. Never writes where there is anything, however broken.
        """
        return self._run(self._load(algorithm, int(clock())))

    def read(self) -> tuple[StoredKey, ...]:
        """Read the keys. Raises: KeyStoreError. Never makes anything."""
        return self._keys(self._run(self.secrets.get(self.name)))

    def change(self, revise: Revise) -> tuple[StoredKey, ...]:
        """Read the keys, and write what is to be there instead; give that.

        `revise` is asked again where somebody else has written meanwhile. Raises: KeyStoreError, and then
        nothing was changed, unless the API server was too slow to say; also whatever `revise` raises.
        """
        return self._run(self._change(revise))

    async def _load(self, algorithm: Algorithm, now: int) -> tuple[StoredKey, ...]:
        key = SigningKey.generate(algorithm)
        first = (StoredKey(key=key, state=KeyState.ACTIVE, created_at=now, since=now),)
        for _ in range(_ATTEMPTS):
            secret = await self.secrets.get(self.name)
            if secret is not None and secret.contents:
                return self._keys(secret)
            if await self._put(secret, first):
                return first
        raise self._outrun()

    async def _change(self, revise: Revise) -> tuple[StoredKey, ...]:
        for _ in range(_ATTEMPTS):
            secret = await self.secrets.get(self.name)
            before = self._keys(secret)
            after = revise(before)
            if after == before or await self._put(secret, after):
                return after
        raise self._outrun()

    async def _put(self, secret: Secret | None, keys: Sequence[StoredKey]) -> bool:
        if secret is None:
            return await self.secrets.create(self.name, _contents({}, keys))
        return await self.secrets.replace(self.name, secret, _contents(secret.contents, keys))

    def _keys(self, secret: Secret | None) -> tuple[StoredKey, ...]:
        init = f"gateway keys init --secret {self.name.namespace}/{self.name.name}"
        if secret is None or not secret.contents:
            what = "is missing" if secret is None else "is empty"
            raise KeyStoreError(path=self.path, what=what, fix=init)
        if manifest.FILE_NAME not in secret.contents:
            what = f"holds something, and no {manifest.FILE_NAME}"
            raise KeyStoreError(path=self.path, what=what, fix="name a Secret that is for the keys alone")
        document = secret.contents[manifest.FILE_NAME]
        return listed_keys(self.path, document, _reader(secret.contents), _RESTORE)

    def _run(self, call: Coroutine[Any, Any, _T]) -> _T:
        try:
            return asyncio.run(call)
        except ApiFailed as failed:
            raise KeyStoreError(
                path=self.path, what=failed.what, fix=failed.fix, passes=failed.passes
            ) from None

    def _outrun(self) -> KeyStoreError:
        what = f"was changed by others {_ATTEMPTS} times while we were at it; nothing of ours was written"
        fix = "run it again, and see who else writes it"
        return KeyStoreError(path=self.path, what=what, fix=fix, passes=True)


# --- private ---

_ATTEMPTS: Final = 5
_RESTORE: Final = "restore the Secret from a backup, or empty it and run `gateway keys init --secret`"


def _reader(contents: Contents) -> Callable[[Path], bytes]:
    def read(path: Path) -> bytes:
        if path.name not in contents:
            raise KeyStoreError(path=path, what="is missing", fix=_RESTORE)
        return contents[path.name]

    return read


def _contents(before: Contents, keys: Sequence[StoredKey]) -> Mapping[str, bytes]:
    """The keys and their manifest, and nothing of keys that are gone; what is not ours stays."""
    kept = {name: one for name, one in before.items() if re.fullmatch(KEY_FILE, name, re.ASCII) is None}
    files = {key_path(Path(), stored.key.kid).name: stored.key.to_pem() for stored in keys}
    return kept | files | {manifest.FILE_NAME: manifest_of(keys)}
