"""Does a stored key stay discreet, and is its life told in three words?"""

from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey


def test_repr_holds_nothing_private() -> None:
    key = SigningKey.generate("ES256")
    stored = StoredKey(key=key, state=KeyState.ACTIVE, created_at=7)
    assert repr(stored) == f"StoredKey(key={key!r}, state={KeyState.ACTIVE!r}, created_at=7, since=None)"
    assert "object at" not in repr(stored)


def test_the_states_of_the_manifest() -> None:
    assert {state.value for state in KeyState} == {"pending", "active", "retiring"}
