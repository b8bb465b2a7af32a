"""Where are the certificates of a gateway outside of a cluster?

In a directory of ours: `tls` with what a listener needs, `ca` with the authorities, which no gateway has to
read. All of it 0600 in directories 0700. One process writes at a time. A gateway that reads between the
certificate and its key finds no pair, keeps what it has, and looks again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.certificates.layout import OUR_FILES, Files, Unfit, authority_files, read, server_files
from gateway.certificates.renewal import Kept, Revise
from gateway.keys import durable
from gateway.keys.failure import KeyStoreError
from gateway.keys.lock import Locked, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class InDirectory:
    """Certificates in a directory that the command makes and writes."""

    path: Path

    def read(self) -> Kept:
        """Read both places. Blocks on the disk. Raises: KeyStoreError. Never makes anything."""
        with self._blaming():
            return read(_files(self._authority), _files(self._server))

    def change(self, revise: Revise) -> Kept:
        """Write what is to be there instead, until nothing is; give that.

        Blocks on the disk, and for up to 5 s on other writers. Raises: KeyStoreError; also whatever `revise`
        raises.
        """
        with self._blaming():
            for one in (self.path, self._authority, self._server):
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
            with lock(self.path):
                return self._change(revise)

    # --- private ---

    @property
    def _authority(self) -> Path:
        return self.path / "ca"

    @property
    def _server(self) -> Path:
        return self.path / "tls"

    def _change(self, revise: Revise) -> Kept:
        for _ in range(_ROUNDS):
            before = read(_files(self._authority), _files(self._server))
            after = revise(before)
            if after == before:
                return after
            _replace(self._authority, authority_files({}, after.authorities))
            _replace(self._server, server_files({}, after.served))
        raise KeyStoreError(path=self.path, what="does not come to rest", fix="tell us: that is our mistake")

    @contextmanager
    def _blaming(self) -> Iterator[None]:
        try:
            yield
        except Unfit as unfit:
            raise KeyStoreError(path=self.path, what=str(unfit), fix=_RESTORE) from None
        except Locked:
            what = "has been locked by another process for seconds"
            raise KeyStoreError(path=self.path, what=what, fix="end that process (fuser keys.lock)") from None
        except OSError as error:
            what = f"cannot be made, read or written ({error.strerror})"
            fix = "name a directory on a local file system that you can write"
            raise KeyStoreError(path=self.path, what=what, fix=fix) from None


# --- private ---

_ROUNDS: Final = 8
"""Two in which something is written, and one to see that nothing more is due."""
_RESTORE: Final = "restore the directory from a backup, or empty it and run `gateway certificates init`"


def _files(directory: Path) -> Files:
    if not directory.exists():
        return {}
    own = (one for one in directory.iterdir() if not one.name.startswith(durable.PREFIX))
    return {one.name: one.read_bytes() for one in own if one.is_file()}


def _replace(directory: Path, files: Files) -> None:
    """What is listed comes last, and what is no longer listed goes after it."""
    before = _files(directory)
    for name in sorted(files, key=_LAST.__contains__):
        if before.get(name) != files[name]:
            durable.write(directory / name, files[name])
    for name in before.keys() - files.keys():
        if OUR_FILES.fullmatch(name):
            (directory / name).unlink(missing_ok=True)


_LAST: Final = frozenset({"authorities.json"})
