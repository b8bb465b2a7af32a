"""Are the keys of a Secret changed in one step, alone, and never lost?"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.keys.failure import KeyStoreError
from gateway.keys.rotation import publish
from gateway.keys.secret import SecretStore
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from gateway.kubernetes.name import SecretName
from tests.keys.layouts import NOW, clock, some_key, stored
from tests.kubernetes.stand_in import StandIn

NAME = SecretName(namespace="shop", name="keys")
PATH = "/api/v1/namespaces/shop/secrets/keys"
FIRST, SECOND, THIRD = some_key(), some_key(), some_key()
Keys = tuple[StoredKey, ...]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(tmp_path).running() as running:
        yield running


@pytest.fixture
def store(api: StandIn) -> SecretStore:
    return SecretStore(name=NAME, secrets=api.client)


def publishing(key: SigningKey) -> Callable[[Keys], Keys]:
    return lambda keys: publish(keys, key, now=NOW)


def init(store: SecretStore) -> Keys:
    return store.load(algorithm="ES256", clock=clock)


def names(api: StandIn) -> set[str]:
    return set(api.secrets[PATH]["data"])


def kids(keys: Keys) -> list[str]:
    return [one.key.kid for one in keys]


# --- the first key ------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
def test_a_secret_is_made_or_an_empty_one_is_filled(api: StandIn, store: SecretStore, *, there: bool) -> None:
    if there:
        api.put(PATH, None)
    assert not store.exists()
    (first,) = init(store)
    assert store.exists()
    assert (first.state, first.since) == (KeyState.ACTIVE, NOW)
    assert store.read() == init(store) == (first,)
    assert names(api) == {"keys.json", f"{first.key.kid}.pem"}
    assert [call.split()[0] for call in api.calls].count("POST") == (0 if there else 1)


@pytest.mark.parametrize("there", [False, True])
def test_of_two_that_make_the_first_key_one_finds_the_others(
    api: StandIn, store: SecretStore, *, there: bool
) -> None:
    if there:
        api.put(PATH, {})
    theirs: list[Keys] = []

    def other() -> None:
        api.before_write = lambda: None
        theirs.append(init(store))

    api.before_write = other
    assert init(store) == theirs[0] == store.read()
    assert names(api) == {"keys.json", f"{theirs[0][0].key.kid}.pem"}


@pytest.mark.parametrize("data", [{"tls.key": "eA=="}, {"keys.json": "e30="}, {"keys.json": ""}])
def test_what_is_there_is_never_written_over(api: StandIn, store: SecretStore, data: dict[str, str]) -> None:
    api.put(PATH, data)
    with pytest.raises(KeyStoreError, match=r"^secret/shop/keys"):
        init(store)
    with pytest.raises(KeyStoreError, match=r"^secret/shop/keys"):
        store.change(publishing(SECOND))
    assert api.secrets[PATH]["data"] == data


@pytest.mark.parametrize(("there", "what"), [(False, "is missing"), (True, "is empty")])
def test_without_a_first_key_nothing_is_changed(
    api: StandIn, store: SecretStore, what: str, *, there: bool
) -> None:
    if there:
        api.put(PATH, {})
    for ask in (store.read, lambda: store.change(publishing(SECOND))):
        with pytest.raises(KeyStoreError, match=f"{what}. Fix: gateway keys init --secret shop/keys"):
            ask()
    assert {call.split()[0] for call in api.calls} == {"GET"}


# --- changes ------------------------------------------------------------------


def test_a_change_is_one_write(api: StandIn, store: SecretStore) -> None:
    (first,) = init(store)
    api.calls.clear()
    after = store.change(publishing(SECOND))
    assert kids(after) == [first.key.kid, SECOND.kid]
    assert api.calls == [f"GET {PATH}", f"PUT {PATH}"]
    assert store.read() == after
    gone = store.change(lambda keys: tuple(replace(one, state=KeyState.ACTIVE) for one in keys[1:]))
    assert store.read() == gone
    assert names(api) == {"keys.json", f"{SECOND.kid}.pem"}


def test_nothing_is_written_where_nothing_changes(api: StandIn, store: SecretStore) -> None:
    init(store)
    api.calls.clear()
    store.change(lambda keys: keys)
    assert api.calls == [f"GET {PATH}"]


def test_what_is_not_ours_stays(api: StandIn, store: SecretStore) -> None:
    init(store)
    api.secrets[PATH]["data"]["note"] = b64encode(b"by hand").decode()
    store.change(publishing(SECOND))
    assert b64decode(api.secrets[PATH]["data"]["note"]) == b"by hand"


def test_of_two_writers_one_begins_anew_and_neither_loses_a_key(api: StandIn, store: SecretStore) -> None:
    (first,) = init(store)

    def other() -> None:
        api.before_write = lambda: None
        store.change(publishing(THIRD))

    api.before_write = other
    after = store.change(publishing(SECOND))
    assert kids(after) == kids(store.read()) == [first.key.kid, THIRD.kid, SECOND.kid]


@pytest.mark.long
def test_a_secret_that_never_holds_still(api: StandIn, store: SecretStore) -> None:
    init(store)
    before = store.read()
    api.before_write = lambda: api.put(PATH, api.secrets[PATH]["data"])
    with pytest.raises(KeyStoreError, match="was changed by others 5 times") as caught:
        store.change(publishing(SECOND))
    assert caught.value.passes
    assert store.read() == before


@pytest.mark.parametrize(("status", "passes"), [(403, False), (503, True)])
def test_who_may_not_or_cannot(api: StandIn, store: SecretStore, status: int, *, passes: bool) -> None:
    init(store)
    api.statuses["PUT"] = status
    with pytest.raises(KeyStoreError) as caught:
        store.change(publishing(SECOND))
    assert caught.value.passes is passes
    assert str(caught.value).startswith("secret/shop/keys: ")
    assert kids(store.read()) == kids(init(store))


# --- what it holds ------------------------------------------------------------


def test_a_key_that_the_manifest_lists_and_is_not_there(api: StandIn, store: SecretStore) -> None:
    (first,) = init(store)
    del api.secrets[PATH]["data"][f"{first.key.kid}.pem"]
    with pytest.raises(KeyStoreError, match=rf"^secret/shop/keys/{first.key.kid}\.pem: is missing"):
        store.read()


def test_a_key_under_anothers_name(api: StandIn, store: SecretStore) -> None:
    (first,) = init(store)
    data = api.secrets[PATH]["data"]
    data[f"{first.key.kid}.pem"] = b64encode(SECOND.to_pem()).decode()
    with pytest.raises(KeyStoreError, match="holds another key than its name says") as caught:
        store.read()
    assert "PRIVATE" not in str(caught.value)


def test_a_replica_reads_it_where_it_is_mounted(api: StandIn, store: SecretStore, tmp_path: Path) -> None:
    init(store)
    after = store.change(publishing(SECOND))
    mounted = tmp_path / "keys"
    mounted.mkdir()
    for name, text in api.secrets[PATH]["data"].items():
        (mounted / name).write_bytes(b64decode(text))
        (mounted / name).chmod(0o440)
    assert SharedStore(path=mounted).read() == after
    assert json.loads((mounted / "keys.json").read_text())["version"] == 1
    assert stored(FIRST) not in after
