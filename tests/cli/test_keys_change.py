"""`gateway keys init | rotate | revoke`: does the store change as asked, and is the price of haste said?"""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.keys.custody import Custody
from gateway.keys.directory import DirectoryStore
from gateway.keys.rotation import publish
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState
from tests import builders as b
from tests.cli.configuration import Run, SetClock, with_store
from tests.keys.layouts import lay_out, some_key

pytestmark = pytest.mark.usefixtures("at")

FIRST, SECOND = some_key(), some_key()
REFUSED = (
    "a backend that keeps the keys may refuse its tokens, unless "
    "it fetches them again for a kid that it lacks"
)
GOOD = "what it signed stays good"
BELIEVED = (
    "backends that keep the keys for 300s, as they are told, may believe it; "
    "restart those that keep them longer"
)
CHANGES = [("init",), ("rotate",), ("rotate", "--now"), ("revoke", FIRST.kid)]
NAMES = ["init", "rotate", "rotate --now", "revoke"]  # without a kid: workers must agree on names


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    lay_out(tmp_path / "keys", (FIRST, KeyState.ACTIVE))
    return DirectoryStore(path=tmp_path / "keys")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return with_store(tmp_path, store="directory", path="keys")


def states(store: DirectoryStore) -> dict[str, KeyState]:
    return {stored.key.kid: stored.state for stored in store.read()}


def other_than(kid: str, store: DirectoryStore) -> str:
    (other,) = states(store).keys() - {kid}
    return other


# --- init ---------------------------------------------------------------------


def test_init_makes_the_first_key_once(gateway: Run, tmp_path: Path, file: Path) -> None:
    store = DirectoryStore(path=tmp_path / "keys")
    ran = gateway("keys", "init", "-c", file)
    ((kid, state),) = states(store).items()
    assert (ran.code, ran.out, state) == (0, f"{kid} is made, and signs\n", KeyState.ACTIVE)
    ran = gateway("keys", "init", "-c", file)
    assert (ran.code, ran.out) == (0, f"there is a key already: {kid} signs\n")
    assert gateway("keys", "init", "-c", file, "--json").document == {"kid": kid, "made": False}
    assert set(states(store)) == {kid}


# --- rotate -------------------------------------------------------------------


def test_rotate_publishes_a_successor_and_says_when_it_signs(
    gateway: Run, store: DirectoryStore, file: Path
) -> None:
    ran = gateway("keys", "rotate", "-c", file)
    kid = other_than(FIRST.kid, store)
    assert (ran.code, ran.out) == (0, f"{kid} is published; it signs from 2027-01-15T08:06:30Z\n")
    assert states(store) == {FIRST.kid: KeyState.ACTIVE, kid: KeyState.PENDING}


def test_rotate_twice_is_rotate_once(gateway: Run, store: DirectoryStore, file: Path, at: SetClock) -> None:
    first = gateway("keys", "rotate", "-c", file, "--json").document
    kid = other_than(FIRST.kid, store)
    assert first == {"kid": kid, "published": True, "signs_from": "2027-01-15T08:06:30Z"}
    at(b.NOW + 60)
    assert gateway("keys", "rotate", "-c", file, "--json").document == first | {"published": False}
    ran = gateway("keys", "rotate", "-c", file)
    assert ran.out == f"{kid} was published before; it signs from 2027-01-15T08:06:30Z\n"


def test_an_emergency_says_what_it_costs(gateway: Run, store: DirectoryStore, file: Path) -> None:
    ran = gateway("keys", "rotate", "--now", "-c", file)
    kid = other_than(FIRST.kid, store)
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            f"{kid} signs as soon as each gateway looks, within seconds",
            f"until 2027-01-15T08:05:30Z {REFUSED}",
            f"{FIRST.kid} signs no more, and is published until 2027-01-15T08:07:30Z: {GOOD}",
        ],
    )
    assert states(store) == {FIRST.kid: KeyState.RETIRING, kid: KeyState.ACTIVE}


@pytest.mark.parametrize(
    ("published_s", "until"), [(0, "2027-01-15T08:05:30Z"), (329, "2027-01-15T08:00:01Z"), (330, None)]
)
def test_a_key_that_was_published_before_is_lacked_for_less_long(
    gateway: Run, store: DirectoryStore, file: Path, published_s: int, until: str | None
) -> None:
    store.change(lambda keys: publish(keys, SECOND, now=b.NOW - published_s))
    assert gateway("keys", "rotate", "--now", "-c", file, "--json").document == {
        "retired": FIRST.kid,
        "signs": SECOND.kid,
        "may_be_refused_until": until,
    }


# --- revoke -------------------------------------------------------------------


def test_revoking_the_active_key(gateway: Run, store: DirectoryStore, file: Path) -> None:
    ran = gateway("keys", "revoke", FIRST.kid, "-c", file)
    ((kid, state),) = states(store).items()
    assert (ran.code, state) == (0, KeyState.ACTIVE)
    assert ran.out.splitlines()[:3] == [
        f"{FIRST.kid} is revoked",
        f"until 2027-01-15T08:05:30Z {BELIEVED}",
        f"{kid} signs as soon as each gateway looks, within seconds",
    ]
    assert "may refuse its tokens" in ran.out
    assert not (store.path / f"{FIRST.kid}.pem").exists()


def test_revoking_another_key(gateway: Run, store: DirectoryStore, file: Path) -> None:
    store.change(lambda keys: publish(keys, SECOND, now=b.NOW))
    ran = gateway("keys", "revoke", SECOND.kid, "-c", file, "--json")
    assert ran.document == {"revoked": SECOND.kid, "believed_until": "2027-01-15T08:05:30Z"}
    assert states(store) == {FIRST.kid: KeyState.ACTIVE}


def test_revoking_again_and_again_never_leaves_no_key(
    gateway: Run, store: DirectoryStore, file: Path
) -> None:
    for _ in range(3):
        (kid,) = states(store)
        document = gateway("keys", "revoke", kid, "-c", file, "--json").document
        assert states(store) == {document["signs"]: KeyState.ACTIVE}


def test_a_kid_that_begins_as_an_option_does(gateway: Run, tmp_path: Path, file: Path) -> None:
    made_elsewhere = next(key for key in iter(raw_key, None) if key.kid.startswith("-"))
    lay_out(tmp_path / "keys", (FIRST, KeyState.ACTIVE), (made_elsewhere, KeyState.RETIRING))
    ran = gateway("keys", "revoke", "-c", file, "--", made_elsewhere.kid)
    assert ran.code == 0
    assert states(DirectoryStore(path=tmp_path / "keys")) == {FIRST.kid: KeyState.ACTIVE}


def raw_key() -> SigningKey:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey.from_pem(pem)


def test_a_kid_that_is_not_there_is_usage_and_not_repeated(
    gateway: Run, store: DirectoryStore, file: Path
) -> None:
    before = store.read()
    ran = gateway("keys", "revoke", SECOND.kid, "-c", file)
    assert (ran.code, ran.out) == (2, "")
    assert "no key of that kid" in ran.err
    assert SECOND.kid not in ran.err
    assert store.read() == before


# --- all of them --------------------------------------------------------------


async def test_a_running_gateway_notices(gateway: Run, store: DirectoryStore, file: Path) -> None:
    custody = Custody(store, algorithm="ES256", rotate_every_s=86400, clock=lambda: b.NOW)
    custody.open()
    kid = gateway("keys", "revoke", FIRST.kid, "-c", file, "--json").document["signs"]
    assert await custody.look()
    signer = custody.signer()
    assert signer is not None
    assert signer.kid == kid
    assert [key.kid for key in custody.keyring.public_keys()] == [kid]


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_a_store_in_memory_has_nothing_to_act_on(
    gateway: Run, tmp_path: Path, change: tuple[str, ...]
) -> None:
    ran = gateway("keys", *change, "-c", with_store(tmp_path, store="memory"))
    assert (ran.code, ran.out) == (2, "")
    assert "nothing to act on" in ran.err


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_a_shared_store_is_rotated_by_whoever_writes_it(
    gateway: Run, store: DirectoryStore, tmp_path: Path, change: tuple[str, ...]
) -> None:
    before = {path.name: path.read_bytes() for path in store.path.iterdir()}
    ran = gateway("keys", *change, "-c", with_store(tmp_path, store="shared", path="keys"))
    assert (ran.code, ran.out) == (2, "")
    assert "whoever writes the directory rotates" in ran.err
    assert {path.name: path.read_bytes() for path in store.path.iterdir()} == before


@pytest.mark.parametrize("change", CHANGES[1:], ids=NAMES[1:])
def test_without_a_first_key_there_is_nothing_to_change(
    gateway: Run, tmp_path: Path, file: Path, change: tuple[str, ...]
) -> None:
    ran = gateway("keys", *change, "-c", file, "--json")
    assert ran.code == 78
    (problem,) = ran.document["problems"]
    assert (problem["what"], problem["fix"]) == ("has no keys yet", "gateway keys init")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_a_broken_store_is_exit_78_and_left_as_it_is(
    gateway: Run, store: DirectoryStore, file: Path, change: tuple[str, ...]
) -> None:
    (store.path / "keys.json").write_text("{")
    ran = gateway("keys", *change, "-c", file)
    assert (ran.code, ran.out) == (78, "")
    assert "keys.json" in ran.err
    assert (store.path / "keys.json").read_text() == "{"
    assert (store.path / f"{FIRST.kid}.pem").exists()


@pytest.mark.parametrize("change", CHANGES[1:], ids=NAMES[1:])
def test_keys_of_another_algorithm_alone_are_exit_78(
    gateway: Run, tmp_path: Path, file: Path, change: tuple[str, ...]
) -> None:
    lay_out(tmp_path / "keys", (some_key("EdDSA"), KeyState.ACTIVE))
    ran = gateway("keys", *change, "-c", file)
    assert ran.code == 78
    assert "lists no active ES256 key" in ran.err


@pytest.mark.parametrize("arguments", [("revoke",), ("rotate", "--later"), ("forget",)])
def test_wrong_usage_is_exit_2(gateway: Run, file: Path, arguments: tuple[str, ...]) -> None:
    assert gateway("keys", *arguments, "-c", file).code == 2


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_no_key_material_is_printed(
    gateway: Run, store: DirectoryStore, file: Path, change: tuple[str, ...]
) -> None:
    said = gateway("keys", *change, "-c", file).out
    for stored in store.read():
        body = "".join(stored.key.to_pem().decode().splitlines()[1:-1])
        assert body[10:40] not in said
    assert "PRIVATE" not in said
