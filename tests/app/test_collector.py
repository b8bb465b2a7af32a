"""Is what stays left out of the collector's sight, and nothing that comes later?"""

import gc

from gateway.app.collector import settle


class Cycle:
    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_looked_at_no_more_and_what_comes_is() -> None:
    before = gc.get_freeze_count()
    try:
        settle()
        assert gc.get_freeze_count() > before
        later = Cycle()
        assert any(each is later for each in gc.get_objects())
        assert all(each is not Cycle for each in gc.get_objects())
    finally:
        gc.unfreeze()
