"""Are certificates kept in a directory, by one writer at a time, and for our eyes alone?"""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.certificates.in_directory import InDirectory
from gateway.certificates.renewal import Kept
from gateway.keys import durable
from gateway.keys.failure import KeyStoreError
from tests.certificates.kept import NOTHING, NOW, RENEWAL


def make(kept: Kept) -> Kept:
    return RENEWAL.begin(kept, now=NOW)


def test_it_is_written_and_read_again(tmp_path: Path) -> None:
    place = InDirectory(path=tmp_path / "here")
    assert place.read() == NOTHING
    assert not place.path.exists(), "to look makes nothing"
    made = place.change(make)
    assert place.read() == made == place.change(make)
    assert made.authorities[0].published == NOW
    files = {one.relative_to(place.path): one.stat().st_mode for one in place.path.rglob("*")}
    names = {str(one) for one in files}
    own = f"ca/{made.authorities[0].id}.pem"
    assert names == {"ca", "tls", "keys.lock", "ca/authorities.json", own} | {
        f"tls/{name}" for name in ("tls.crt", "tls.key", "ca.crt")
    }
    assert not any(stat.S_IMODE(mode) & 0o077 for mode in files.values())


def test_an_authority_that_is_replaced_leaves_no_key(tmp_path: Path) -> None:
    place = InDirectory(path=tmp_path)
    first = place.change(make).authorities[0]
    made = RENEWAL.make(now=NOW)
    place.change(lambda kept: RENEWAL.replaced(kept, made, now=NOW))
    assert not (tmp_path / "ca" / f"{first.id}.pem").exists()
    assert (tmp_path / "ca" / f"{made.id}.pem").exists()


def test_who_is_killed_before_an_authority_is_listed_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = InDirectory(path=tmp_path)
    before = place.change(make)
    made = RENEWAL.make(now=NOW)
    while made.id < "b":  # else its name alone would put it before authorities.json
        made = RENEWAL.make(now=NOW)
    write, left = durable.write, iter([None])

    def killed(path: Path, content: bytes) -> None:
        if next(left, made) is made:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(durable, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        place.change(lambda kept: RENEWAL.replaced(kept, made, now=NOW))
    assert place.read() == before


def test_what_is_in_the_way_is_said(tmp_path: Path) -> None:
    place = InDirectory(path=tmp_path)
    place.change(make)
    (tmp_path / "ca" / "authorities.json").write_text("{")
    with pytest.raises(KeyStoreError, match=r"authorities\.json is not complete JSON"):
        place.read()
    with pytest.raises(KeyStoreError, match="is not complete JSON"):
        place.change(make)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyStoreError, match="cannot be made, read or written"):
        InDirectory(path=tmp_path / "file").change(make)


def test_of_many_that_make_the_first_one_all_have_the_same(tmp_path: Path) -> None:
    place = InDirectory(path=tmp_path)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: place.change(make), range(4)))
    assert all(one == made[0] for one in made)
    assert len(list((tmp_path / "ca").glob("*.pem"))) == 1
