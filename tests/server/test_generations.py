"""What is in use stays; what is not makes room; the room is bounded."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gateway.server.generations import Generations


@dataclass(frozen=True)
class Item:
    name: int
    size: int = 1


def key(number: int) -> bytes:
    return number.to_bytes(16)


def kept(max_entries: int = 8, max_bytes: int = 1000) -> Generations[Item]:
    return Generations(max_entries=max_entries, max_bytes=max_bytes)


def test_what_is_kept_is_found_until_it_is_forgotten() -> None:
    some = kept()
    some.keep(key(1), Item(1))
    assert some.get(key(1)) == Item(1)
    some.keep(key(1), Item(2))
    assert (some.get(key(1)), len(some), some.octets) == (Item(2), 1, 1)
    some.forget(key(1))
    some.forget(key(1))
    assert (some.get(key(1)), len(some), some.octets) == (None, 0, 0)


def test_what_is_used_survives_any_number_of_newcomers() -> None:
    some = kept(max_entries=8)
    some.keep(key(0), Item(0))
    for number in range(1, 1000):
        some.keep(key(number), Item(number))
        assert some.get(key(0)) == Item(0)
    assert len(some) <= 8
    assert some.evicted >= 1000 - 8 - 8


def test_what_is_not_used_makes_room() -> None:
    some = kept(max_entries=8)
    for number in range(100):
        some.keep(key(number), Item(number))
    assert some.get(key(0)) is None
    assert some.get(key(99)) == Item(99)


def test_what_is_larger_than_half_the_room_is_not_kept() -> None:
    some = kept(max_bytes=100)
    some.keep(key(1), Item(1, size=50))
    some.keep(key(2), Item(2, size=51))
    assert (some.get(key(1)), some.get(key(2))) == (Item(1, size=50), None)


def test_without_room_nothing_is_kept() -> None:
    for some in (kept(max_entries=0), kept(max_bytes=0)):
        some.keep(key(1), Item(1))
        assert (some.get(key(1)), len(some)) == (None, 0)


def test_clearing_forgets_everything_and_frees_it_bit_by_bit() -> None:
    some = kept(max_entries=1000)
    for number in range(500):
        some.keep(key(number), Item(number))
    some.clear()
    assert (len(some), some.octets, some.get(key(1))) == (0, 0, None)
    for number in range(500):
        some.keep(key(number), Item(number))
    assert some._given_up == []


STEPS = st.lists(
    st.tuples(st.sampled_from(("keep", "get", "forget", "clear")), st.integers(0, 30), st.integers(1, 12)),
    max_size=200,
)


@given(STEPS)
def test_any_history_stays_within_its_room_and_tells_no_lies(steps: list[tuple[str, int, int]]) -> None:
    some, said = kept(max_entries=10, max_bytes=60), dict[int, Item]()
    for what, number, size in steps:
        match what:
            case "keep":
                said[number] = Item(number, size)
                some.keep(key(number), said[number])
            case "get":
                found = some.get(key(number))
                assert found is None or found == said[number]
            case "forget":
                said.pop(number, None)
                some.forget(key(number))
                assert some.get(key(number)) is None
            case _:
                said.clear()
                some.clear()
        everything = [*some._young.values(), *some._old.values()]
        assert len(some) == len(everything) <= 10
        assert some.octets == sum(item.size for item in everything) <= 60
        assert sum(map(len, some._given_up)) <= 20
