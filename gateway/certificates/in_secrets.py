"""Where are the certificates that every replica mounts, and how are they changed?

In two Kubernetes Secrets, so that no pod that serves has the key of the authority: `NAME` with what a
listener needs, `NAME-ca` with the authorities. Each is replaced whole, and only the very version that was
read. Of two writers at once one begins anew: the Secret that is written last is read first, so that whoever
has read authorities that are no longer the newest cannot write them there.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.certificates.layout import Files, Unfit, authority_files, read, server_files
from gateway.certificates.renewal import Kept, Revise
from gateway.keys.failure import KeyStoreError
from gateway.kubernetes.failure import ApiFailed
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.secrets import Secret, Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class InSecrets:
    """Certificates in two Secrets. Each call asks the API server, and blocks for seconds at most."""

    name: SecretName
    secrets: Secrets

    @property
    def path(self) -> Path:
        """Its name, as a place where files are."""
        return Path(str(self.name))

    @property
    def said(self) -> str:
        """Its name, as `--secret` takes it."""
        return f"{self.name.namespace}/{self.name.name}"

    @property
    def authority(self) -> SecretName:
        """The Secret of the authorities, beside the other."""
        return SecretName(namespace=self.name.namespace, name=f"{self.name.name}-ca")

    def read(self) -> Kept:
        """Read both. Raises: KeyStoreError. Never makes anything."""
        return asyncio.run(self._read())

    def change(self, revise: Revise) -> Kept:
        """Write what is to be there instead, again and again until nothing is; give that.

        `revise` is asked anew where somebody else has written meanwhile. Raises: KeyStoreError, and then what
        is there can be used, and the next run goes on from it; also whatever `revise` raises.
        """
        return asyncio.run(self._change(revise))

    # --- private ---

    async def _read(self) -> Kept:
        served, authorities = await self._both()
        return self._kept(authorities, served)

    async def _change(self, revise: Revise) -> Kept:
        for _ in range(_ATTEMPTS):
            served, authorities = await self._both()
            before = self._kept(authorities, served)
            after = revise(before)
            if after == before:
                return after
            if await self._put(authorities, before, after):
                await self._put_served(served, before, after)
        what = f"was changed by others {_ATTEMPTS} times while we were at it"
        raise KeyStoreError(path=_path(self.name), what=what, fix=_AGAIN, passes=True)

    async def _both(self) -> tuple[Secret | None, Secret | None]:
        return await self._get(self.name), await self._get(self.authority)

    async def _get(self, name: SecretName) -> Secret | None:
        with _blaming(name):
            return await self.secrets.get(name)

    def _kept(self, authorities: Secret | None, served: Secret | None) -> Kept:
        try:
            return read(_contents(authorities), _contents(served))
        except Unfit as unfit:
            raise KeyStoreError(path=_path(self.authority), what=str(unfit), fix=_RESTORE) from None

    async def _put(self, found: Secret | None, before: Kept, after: Kept) -> bool:
        """False where others have written meanwhile."""
        if after.authorities == before.authorities:
            return True
        return await self._write(self.authority, found, authority_files(_contents(found), after.authorities))

    async def _put_served(self, found: Secret | None, before: Kept, after: Kept) -> None:
        if after.served != before.served:
            await self._write(self.name, found, server_files(_contents(found), after.served))

    async def _write(self, name: SecretName, found: Secret | None, contents: Files) -> bool:
        with _blaming(name):
            if found is None:
                return await self.secrets.create(name, contents)
            return await self.secrets.replace(name, found, contents)


# --- private ---

_ATTEMPTS: Final = 8
"""Two of them in a change that nobody disturbs, and one to see that nothing more is due."""
_AGAIN: Final = "run it again, and see who else writes it"
_RESTORE: Final = (
    "restore both Secrets from a backup, or empty both and run `gateway certificates init --secret`: "
    "then proxies need the new ca.crt"
)


def _contents(secret: Secret | None) -> Files:
    return {} if secret is None else secret.contents


def _path(name: SecretName) -> Path:
    return Path(str(name))


@contextmanager
def _blaming(name: SecretName) -> Iterator[None]:
    try:
        yield
    except ApiFailed as failed:
        raise KeyStoreError(
            path=_path(name), what=failed.what, fix=failed.fix, passes=failed.passes
        ) from None
