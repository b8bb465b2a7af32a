"""When is an issuer asked for its keys, and for how long are they believed?"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The rhythm of one issuer's key set. All in seconds; `roll` is a random number in [0, 1).

    A key that the issuer removes stops within `max_ttl_s` (0.85 of it, while the issuer answers).
    """

    min_ttl_s: float = 60
    max_ttl_s: float = 3600
    default_ttl_s: float = 300
    """Where the issuer names no max-age."""
    max_stale_s: float = 86400
    """For how long known keys are believed while the issuer cannot be read, counted from the last
    time it could."""
    cooldown_s: float = 30
    """Between two fetches that unknown kids ask for, whether they succeed or not."""
    budget: int = 4
    """Requests to the issuer within `budget_window_s`, for whatever reason."""
    budget_window_s: float = 60
    first_retry_s: float = 1
    max_retry_s: float = 300
    file_poll_s: float = 1

    def __post_init__(self) -> None:
        """Raises: ValueError for a rhythm that makes no sense."""
        in_order = 0 < self.min_ttl_s <= self.default_ttl_s <= self.max_ttl_s <= self.max_stale_s
        if not in_order:
            raise ValueError("0 < min_ttl_s <= default_ttl_s <= max_ttl_s <= max_stale_s must hold")
        if self.budget < 1 or self.first_retry_s <= 0 or self.max_retry_s < self.first_retry_s:
            raise ValueError("budget and retries must be positive")

    def ttl_s(self, max_age_s: float | None) -> float:
        """Give the issuer's wish within our bounds."""
        wish = self.default_ttl_s if max_age_s is None else max_age_s
        return min(max(wish, self.min_ttl_s), self.max_ttl_s)

    def refresh_in_s(self, max_age_s: float | None, roll: float) -> float:
        """Refresh before it is stale: at 75 to 85 % of the time, so that replicas spread."""
        return self.ttl_s(max_age_s) * (0.75 + roll / 10)

    def retry_in_s(self, failures: int, roll: float) -> float:
        """Double with each failure in a row, up to `max_retry_s`; half of it is jitter."""
        doubled = self.first_retry_s * 2.0 ** min(failures - 1, 32)
        return min(doubled, self.max_retry_s) * (0.5 + roll / 2)

    def hold_s(self, retry_after_s: float | None) -> float:
        """Honor Retry-After up to `max_retry_s`: an issuer may not lock us out for longer."""
        return min(max(retry_after_s or 0.0, 0.0), self.max_retry_s)

    def for_file(self) -> "Timing":
        """Give the rhythm of a file: looked at every second, and it has no budget to keep."""
        poll_s = self.file_poll_s
        return replace(
            self,
            min_ttl_s=poll_s,
            default_ttl_s=poll_s,
            max_ttl_s=poll_s,
            cooldown_s=poll_s,
            first_retry_s=poll_s,
            max_retry_s=poll_s,
        )
