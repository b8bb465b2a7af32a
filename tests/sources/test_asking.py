"""Does no request pass the budget by?"""

import pytest

from gateway.net.client import OutboundClient
from gateway.sources.asking import JSON_TYPES, Asking
from gateway.sources.budget import Budget
from gateway.sources.outcome import KeysFault, KeysUnread
from tests.net.servers import website
from tests.sources.issuer import LOOPBACK, Issuer


async def test_beyond_the_budget_nothing_is_sent() -> None:
    async with website(Issuer(document=b"{}")) as site:
        asking = Asking(OutboundClient(LOOPBACK), Budget(limit=2, window_s=60, clock=lambda: 7.0))
        assert (await asking.get(site.url, accept=JSON_TYPES)).body == b"{}"
        await asking.get(site.url, accept=JSON_TYPES)
        with pytest.raises(KeysUnread) as caught:
            await asking.get(site.url, accept=JSON_TYPES)
    assert caught.value.fault is KeysFault.BUDGET_SPENT
    assert caught.value.retry_after_s == 60
    assert len(site.requests) == 2
