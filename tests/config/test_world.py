from gateway.config.world import Audit


def test_the_fingerprint_key_is_never_printed() -> None:
    assert "hunter2" not in repr(Audit(reveal=frozenset(), fingerprint_key=b"hunter2"))
