"""Is a key made at start, and another at the next?"""

import pytest

from gateway.keys.memory import MemoryStore
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.stored_key import KeyState
from tests.keys.layouts import NOW, clock


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_active_key_of_the_algorithm(algorithm: Algorithm) -> None:
    (stored,) = MemoryStore().load(algorithm=algorithm, clock=clock)
    assert (stored.key.algorithm, stored.state) == (algorithm, KeyState.ACTIVE)
    assert stored.created_at == stored.since == NOW
    (other,) = MemoryStore().load(algorithm=algorithm, clock=clock)
    assert other.key != stored.key
