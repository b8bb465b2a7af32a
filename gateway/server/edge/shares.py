"""How many requests of one principal are under way?

Counted while they are, and forgotten with the last: what is remembered is bounded by what goes on.
"""


class Shares:
    """Who has how many, of so many at the most."""

    __slots__ = ("_under_way", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._under_way: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def take(self, share: bytes) -> bool:
        """Count one more; or say that it would be one too many."""
        count = self._under_way.get(share, 0)
        if count >= self.most:
            return False
        self._under_way[share] = count + 1
        return True

    def give_back(self, share: bytes) -> None:
        """Count one less of what was taken."""
        count = self._under_way.pop(share) - 1
        if count:
            self._under_way[share] = count
