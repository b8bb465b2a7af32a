"""How is an issuer asked without ever being asked too often?"""

from typing import Final

from gateway.net.answer import Fetched
from gateway.net.client import OutboundClient
from gateway.sources.budget import Budget
from gateway.sources.outcome import KeysFault, KeysUnread

JSON_TYPES: Final = ("application/json",)
JWKS_TYPES: Final = ("application/jwk-set+json", "application/json")  # RFC 7517 section 8.5.2


class Asking:
    """A client together with the issuer's budget: no request passes it by."""

    def __init__(self, client: OutboundClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget

    async def get(self, url: str, *, accept: tuple[str, ...]) -> Fetched:
        """Fetch. Raises: FetchFailed; KeysUnread(budget_spent), and then nothing was sent."""
        if not self._budget.take():
            raise KeysUnread(KeysFault.BUDGET_SPENT, retry_after_s=self._budget.free_in_s())
        return await self._client.get(url, accept=accept)
