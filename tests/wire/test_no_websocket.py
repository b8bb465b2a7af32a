"""Under a policy without WebSocket, is an upgrade gone or refused on every route?"""

import pytest

from tests.wire.raw_client import bearer
from tests.wire.stand import Stand
from tests.wire.worlds import STILL

pytestmark = pytest.mark.wire
POLICY = STILL


@pytest.mark.parametrize("protocol", ["websocket", "h2c", "TLS/1.0"])
@pytest.mark.parametrize("target", ["/v1/orders", "/public/x"])
def test_nothing_is_upgraded(stand: Stand, target: str, protocol: str) -> None:
    pairs = [("Host", "api.example.com"), ("Connection", "Upgrade"), ("Upgrade", protocol)]
    pairs.append(bearer(stand.lab_token()))
    lines = (f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs), "", "")
    answer = stand.send_raw("\r\n".join(lines).encode())
    assert answer is not None
    if answer.status == 200:
        assert stand.seen().values("Upgrade") == []
    else:
        assert answer.status in {400, 403}
    stand.assert_unseen()
