"""Does a running process have the keys that it ought to have, and keep them when the store has none?"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import jwt
import pytest

from gateway.keys.custody import LOOK_EVERY_S, Custody
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.memory import MemoryStore
from gateway.keys.rotation import publish
from gateway.keys.schedule import MIN_ROTATE_EVERY_S, PENDING_S, RETIRING_S
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.store import KeyStore
from gateway.keys.stored_key import KeyState
from tests.keys.layouts import NOW, lay_out, some_key

WEEK = 7 * 86400


class Observed:
    """What was told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def keys_changed(self, keyring: Keyring) -> None:
        self.told.append(f"{len(keyring.public_keys())} keys")

    def store_failed(self, error: KeyStoreError) -> None:
        self.told.append(error.what)

    def store_healed(self) -> None:
        self.told.append("healed")


class Bench:
    """A custody, its clock and its observer."""

    def __init__(self, store: KeyStore, algorithm: Algorithm = "ES256", every_s: int | None = WEEK) -> None:
        self.now = float(NOW)
        self.observed = Observed()
        self.custody = Custody(
            store,
            algorithm=algorithm,
            rotate_every_s=every_s,
            clock=lambda: self.now,
            observer=self.observed,
        )

    @property
    def told(self) -> list[str]:
        told, self.observed.told = self.observed.told, []
        return told

    @property
    def kid(self) -> str:
        signer = self.custody.signer()
        assert signer is not None
        return signer.kid

    @property
    def published(self) -> set[str]:
        return {key.kid for key in self.custody.keyring.public_keys()}

    async def look(self, after_s: float = 0) -> bool:
        self.now += after_s
        return await self.custody.look()


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def bench(path: Path) -> Bench:
    bench = Bench(DirectoryStore(path=path))
    bench.custody.open()
    return bench


def test_before_it_is_open_nothing_is_minted(path: Path) -> None:
    custody = Bench(DirectoryStore(path=path)).custody
    assert custody.signer() is None
    assert (custody.keyring.public_keys(), custody.stored) == ((), ())
    assert not path.exists()


@pytest.mark.parametrize("kind", ["memory", "directory"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_one_rotation(path: Path, kind: str, algorithm: Algorithm) -> None:
    bench = Bench(MemoryStore() if kind == "memory" else DirectoryStore(path=path), algorithm)
    keyring = bench.custody.open()
    assert keyring is bench.custody.keyring
    first = bench.kid
    assert not await bench.look(WEEK - PENDING_S - 1)
    assert bench.told == []
    assert await bench.look(1)
    assert bench.told == ["2 keys"]
    assert bench.kid == first
    (second,) = bench.published - {first}
    assert not await bench.look(PENDING_S - 1)
    assert await bench.look(1)
    assert bench.told == ["2 keys"]
    assert bench.kid == second
    assert await bench.look(RETIRING_S)
    assert bench.told == ["1 keys"]
    assert bench.published == {second}
    assert [one.key.kid for one in bench.custody.stored] == [second]
    assert bench.custody.stored[0].key.algorithm == algorithm
    if kind == "directory":
        assert set(contents(path)) == {"keys.json", "keys.lock", f"{second}.pem"}


@pytest.mark.long
async def test_a_backend_that_keeps_the_keys_as_long_as_it_may_verifies_every_token(path: Path) -> None:
    """One rotation after the other, looked at as often as a gateway does, by a stock verifier."""
    bench = Bench(DirectoryStore(path=path), every_s=MIN_ROTATE_EVERY_S)
    bench.custody.open()
    held, fetched_at, signed_by = b"", -1e9, set()
    while bench.now < NOW + 5 * MIN_ROTATE_EVERY_S:
        if bench.now - fetched_at >= 300:
            held, fetched_at = bench.custody.keyring.jwks(), bench.now
        signer = bench.custody.signer()
        assert signer is not None
        signed_by.add(signer.kid)
        key = jwt.PyJWKSet.from_json(held.decode())[signer.kid]
        assert key.Algorithm.verify(b"token", key.key, signer.sign(b"token"))
        await bench.look(LOOK_EVERY_S)
    assert len(signed_by) == 5


@pytest.mark.long
async def test_processes_with_one_directory_agree(path: Path) -> None:
    one, other = (Bench(DirectoryStore(path=path), every_s=MIN_ROTATE_EVERY_S) for _ in range(2))
    reader = Bench(SharedStore(path=path), every_s=None)
    for bench in (one, other, reader):
        bench.custody.open()
    signed_by = {one.kid}
    for _ in range(3 * MIN_ROTATE_EVERY_S // LOOK_EVERY_S):
        await asyncio.gather(one.look(LOOK_EVERY_S), other.look(LOOK_EVERY_S))
        for bench in (one, other, reader):
            await bench.look()
        assert one.kid == other.kid == reader.kid
        assert one.custody.keyring.jwks() == other.custody.keyring.jwks() == reader.custody.keyring.jwks()
        assert sum(stored.state is KeyState.ACTIVE for stored in one.custody.stored) == 1
        signed_by.add(one.kid)
    assert len(signed_by) == 4


async def test_a_month_later_it_catches_up(path: Path, bench: Bench) -> None:
    first = bench.kid
    later = Bench(DirectoryStore(path=path))
    later.now = NOW + 30 * 86400
    later.custody.open()
    assert later.kid == first
    (second,) = later.published - {first}
    await later.look(PENDING_S - 1)
    assert later.kid == first
    await later.look(1)
    assert later.kid == second
    await bench.look(30 * 86400 + PENDING_S)
    assert bench.kid == second


async def test_what_somebody_else_does_to_the_store_is_seen(path: Path, bench: Bench) -> None:
    second = some_key()
    DirectoryStore(path=path).change(lambda keys: publish(keys, second, now=NOW))
    assert await bench.look()
    assert second.kid in bench.published
    assert bench.told == ["2 keys"]
    assert not await bench.look()
    assert bench.told == []


# --- a store that cannot be used ----------------------------------------------


def truncate(path: Path) -> Callable[[], object]:
    manifest = path / "keys.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:30])
    return lambda: manifest.write_bytes(whole)


def lose_a_key(path: Path) -> Callable[[], object]:
    (pem,) = path.glob("*.pem")
    pem.rename(path.parent / pem.name)
    return lambda: (path.parent / pem.name).rename(pem)


def open_to_all(path: Path) -> Callable[[], object]:
    path.chmod(0o755)
    return lambda: path.chmod(0o700)


def open_a_key_to_all(path: Path) -> Callable[[], object]:
    (pem,) = path.glob("*.pem")
    pem.chmod(0o644)
    return lambda: pem.chmod(0o600)


def lose_it_all(path: Path) -> Callable[[], object]:
    path.rename(path.with_name("elsewhere"))
    return lambda: path.with_name("elsewhere").rename(path)


def exchange_it_for_an_empty_one(path: Path) -> Callable[[], object]:
    path.rename(path.with_name("elsewhere"))
    path.mkdir(mode=0o700)

    def back() -> None:
        shutil.rmtree(path)
        path.with_name("elsewhere").rename(path)

    return back


def list_no_active_key(path: Path) -> Callable[[], object]:
    manifest = path / "keys.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole.replace(b'"active"', b'"retiring"'))
    return lambda: manifest.write_bytes(whole)


BREAKERS = [
    (truncate, "is not complete JSON (not JSON)"),
    (lose_a_key, "is missing"),
    (open_to_all, "can be used by others (mode 0755)"),
    (open_a_key_to_all, "can be used by others (mode 0644)"),
    (lose_it_all, "is missing"),
    (exchange_it_for_an_empty_one, "is missing"),
    (list_no_active_key, "lists no active ES256 key"),
]


@pytest.mark.parametrize("due", [False, True])
@pytest.mark.parametrize(("spoil", "what"), BREAKERS, ids=lambda one: getattr(one, "__name__", ""))
async def test_a_store_that_breaks_keeps_the_last_good_keys_says_so_once_and_heals(
    path: Path, bench: Bench, spoil: Callable[[Path], Callable[[], object]], what: str, *, due: bool
) -> None:
    before, stored = bench.custody.keyring, bench.custody.stored
    assert not await bench.look()
    assert bench.custody.keyring is before
    repair = spoil(path)
    bench.now += WEEK if due else 0
    for _ in range(3):
        assert not await bench.look()
        assert bench.custody.keyring is before
        assert bench.custody.stored == stored
    assert bench.told == [what]
    repair()
    assert await bench.look() is due
    assert bench.told == ["healed"] + ["2 keys"] * due
    assert bench.kid == stored[0].key.kid


async def test_another_problem_is_told_as_well(path: Path, bench: Bench) -> None:
    repairs = [truncate(path)]
    await bench.look()
    repairs.append(open_to_all(path))
    await bench.look()
    await bench.look()
    assert bench.told == ["is not complete JSON (not JSON)", "can be used by others (mode 0755)"]
    for repair in repairs:
        repair()
    await bench.look()
    assert bench.told == ["healed"]


async def test_a_full_disk_stops_the_rotation_and_nothing_else(path: Path, bench: Bench) -> None:
    first = bench.kid
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (0, hard))
    try:
        for _ in range(3):
            assert not await bench.look(WEEK)
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
    (told,) = bench.told
    assert told.startswith("cannot be made or written")
    assert (bench.kid, bench.published) == (first, {first})
    assert await bench.look()
    assert bench.told == ["healed", "2 keys"]


async def test_what_can_be_read_is_believed_where_it_cannot_be_written(path: Path, bench: Bench) -> None:
    second = some_key()
    DirectoryStore(path=path).change(lambda keys: publish(keys, second, now=NOW))
    (path / "keys.lock").unlink()
    (path / "keys.lock").mkdir()  # nobody can write any more
    assert await bench.look(PENDING_S)
    assert bench.published == {bench.kid, second.kid}
    assert bench.told == ["cannot be made or written (Is a directory)", "2 keys"]
    again = Bench(DirectoryStore(path=path))
    again.custody.open()
    assert again.published == bench.published
    (path / "keys.lock").rmdir()
    assert await bench.look()
    assert bench.kid == second.kid
    assert bench.told == ["healed", "2 keys"]


def test_a_start_removes_what_the_dead_left(path: Path, bench: Bench) -> None:
    (path / ".new-half").touch()
    bench.custody.open()
    assert not (path / ".new-half").exists()


def test_without_keys_there_is_no_start(path: Path) -> None:
    with pytest.raises(KeyStoreError, match="is not a directory"):
        Bench(SharedStore(path=path), every_s=None).custody.open()
    lay_out(path, (some_key("EdDSA"), KeyState.ACTIVE))
    with pytest.raises(KeyStoreError, match="lists no active ES256 key"):
        Bench(DirectoryStore(path=path)).custody.open()


async def test_a_shared_store_is_never_written(path: Path) -> None:
    lay_out(path, (some_key(), KeyState.ACTIVE))
    before = contents(path)
    for every_s in (None, WEEK):
        bench = Bench(SharedStore(path=path), every_s=every_s)
        bench.custody.open()
        assert not await bench.look(30 * 86400)
        assert bench.told == []
    assert contents(path) == before


async def test_without_a_period_a_directory_is_only_read(path: Path) -> None:
    lay_out(path, (some_key(), KeyState.ACTIVE))
    before = contents(path)
    bench = Bench(DirectoryStore(path=path), every_s=None)
    bench.custody.open()
    assert not await bench.look(365 * 86400)
    assert contents(path) == before


async def test_nobody_needs_to_watch(path: Path) -> None:
    custody = Custody(DirectoryStore(path=path), algorithm="ES256", rotate_every_s=WEEK, clock=lambda: NOW)
    custody.open()
    shutil.rmtree(path)
    assert not await custody.look()
    assert custody.signer() is not None
