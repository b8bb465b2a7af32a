"""Do keys outlive the process, one for all who start at once, and never replaced unasked?"""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, clock, lay_out, some_key


def load(path: Path, algorithm: Algorithm = "ES256") -> tuple[StoredKey, ...]:
    return DirectoryStore(path=path).load(algorithm=algorithm, clock=clock)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_first_start_makes_one_key_and_the_next_finds_it(tmp_path: Path, algorithm: Algorithm) -> None:
    path = tmp_path / "var" / "keys"
    before = os.umask(0)
    try:
        (stored,) = load(path, algorithm)
    finally:
        os.umask(before)
    assert (stored.key.algorithm, stored.state) == (algorithm, KeyState.ACTIVE)
    assert stored.created_at == stored.since == NOW
    assert {file.name: mode(file) for file in path.iterdir()} == {
        "keys.json": 0o600,
        "keys.lock": 0o600,
        f"{stored.key.kid}.pem": 0o600,
    }
    assert mode(path) == 0o700
    assert load(path, algorithm) == (stored,)
    (again,) = load(path, algorithm)
    assert again.key.sign(b"x") == stored.key.sign(b"x")


def test_another_algorithm_makes_no_key_where_there_is_one(tmp_path: Path) -> None:
    before = load(tmp_path / "keys", "ES256")
    assert load(tmp_path / "keys", "EdDSA") == before


@pytest.mark.long
def test_threads_that_start_at_once_agree(tmp_path: Path) -> None:
    for attempt in range(10):
        path, barrier = tmp_path / str(attempt), Barrier(8)

        def start(_: int, path: Path = path, barrier: Barrier = barrier) -> tuple[StoredKey, ...]:
            barrier.wait(30)
            return load(path)

        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(start, range(8)))
        assert len(found) == 1
        assert len(list(path.iterdir())) == 3  # nobody else's key is left behind


_PROGRAM = """
import sys
from pathlib import Path
from gateway.keys.directory import DirectoryStore
store = DirectoryStore(path=Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
(stored,) = store.load(algorithm="ES256", clock=lambda: 0.0)
print(stored.key.kid, stored.key.sign(b"x").hex())
"""


@pytest.mark.wire
def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=30)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    (answer,) = answers
    assert {file.name for file in path.iterdir()} == {
        "keys.json",
        "keys.lock",
        answer.split()[0] + ".pem",
    }


@pytest.mark.parametrize("bits", [0o077, 0o055, 0o050, 0o007, 0o070])
def test_a_directory_that_others_may_use_is_refused(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "keys"
    path.mkdir()
    path.chmod(0o700 | bits)
    with pytest.raises(KeyStoreError) as caught:
        load(path)
    assert caught.value.path == path
    assert caught.value.what == f"can be used by others (mode {0o700 | bits:04o})"
    assert caught.value.fix.startswith(f"chmod 700 {path}, or ")
    assert list(path.iterdir()) == []
    assert len(load(path / "below")) == 1  # the other half of the fix


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (stored,) = load(tmp_path / "keys")
    path = tmp_path / "keys" / f"{stored.key.kid}.pem"
    path.chmod(0o640)
    with pytest.raises(KeyStoreError) as caught:
        load(tmp_path / "keys")
    assert str(caught.value) == f"{path}: can be used by others (mode 0640). Fix: chmod 600 {path}."


@pytest.mark.parametrize("content", [b"", b"{", b'{"version":1,"keys":[]}', b'{"version":2}'])
def test_a_broken_manifest_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    load(tmp_path / "keys")
    manifest = tmp_path / "keys" / "keys.json"
    manifest.write_bytes(content)
    before = sorted(manifest.parent.iterdir())
    with pytest.raises(KeyStoreError, match=r"Fix: restore the directory from a backup, or empty it"):
        load(tmp_path / "keys")
    assert manifest.read_bytes() == content
    assert sorted(manifest.parent.iterdir()) == before


def test_a_manifest_that_leads_nowhere_is_refused_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "keys.json").symlink_to("elsewhere.json")
    with pytest.raises(KeyStoreError, match="is missing"):
        load(tmp_path / "keys")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["keys.json"]


def test_a_lost_key_is_refused_and_never_replaced(tmp_path: Path) -> None:
    (stored,) = load(tmp_path / "keys")
    (tmp_path / "keys" / f"{stored.key.kid}.pem").unlink()
    with pytest.raises(KeyStoreError, match="is missing"):
        load(tmp_path / "keys")
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"keys.json", "keys.lock"}


def test_a_start_that_died_half_way_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    lay_out(path, (some_key(), KeyState.ACTIVE))
    (path / "keys.json").unlink()  # the manifest comes last
    (stored,) = load(path)
    assert load(path) == (stored,)


@pytest.mark.parametrize("below", [(), ("keys",)])
def test_a_file_in_its_place_is_refused(tmp_path: Path, below: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    path = (tmp_path / "file").joinpath(*below)
    with pytest.raises(KeyStoreError, match="cannot be made or written") as caught:
        load(path)
    assert caught.value.path == path


def test_where_nothing_can_be_made_is_said() -> None:
    path = Path("/proc/self/keys")  # not even root can make a file there
    with pytest.raises(KeyStoreError, match="Fix: name a directory on a local file system") as caught:
        load(path)
    assert caught.value.path == path
