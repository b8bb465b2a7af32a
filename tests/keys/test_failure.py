"""Does an error of the operator say where, what, and what to do?"""

from pathlib import Path

from gateway.keys.failure import KeyStoreError


def test_the_text_has_all_three() -> None:
    error = KeyStoreError(path=Path("keys/keys.json"), what="is missing", fix="restore it")
    assert str(error) == "keys/keys.json: is missing. Fix: restore it."
    assert (error.path, error.what, error.fix) == (Path("keys/keys.json"), "is missing", "restore it")
