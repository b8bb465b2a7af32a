"""Is what stays left out of the collector's sight, and nothing that comes later?"""

import gc

from gateway.app.collector import settle


class Cycle:
    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_looked_at_no_more_and_what_comes_is() -> None:
    before = gc.get_freeze_count()
    settle()  # and so it stays: whatever the tests have loaded lives to their end
    assert gc.get_freeze_count() > before
    later = Cycle()
    tracked = gc.get_objects()
    assert any(each is later for each in tracked)
    assert not any(each is Cycle for each in tracked)
