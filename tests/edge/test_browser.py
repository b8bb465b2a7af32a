"""Does a browser open WebSockets and an event stream through the edge, with a token that no server sees?"""

from pathlib import Path

import pytest

from tests.edge.site import EVENTS, Site
from tests.edge.stack import edge_before, host_of, token
from tests.wire.components import Component, locate, version
from tests.wire.processes import Command, Program
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

ALONE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--no-proxy-server"),
)
"""As root, in a container, and asking nobody but us."""
PATIENCE_S = 60


def test_a_browser_speaks_and_listens(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    record(request.node, "chromium", version(Component.CHROMIUM))
    sent, host = token(), host_of("site")
    with Site(sent) as site, edge_before(tmp_path / "gateway", {"site": site.port}) as gateway:
        leads = f"--host-resolver-rules=MAP {host}:80 127.0.0.1:{gateway.edge_port}"
        options = (*ALONE, f"--user-data-dir={tmp_path / 'profile'}", leads, "--remote-debugging-port=0")
        command: Command = [locate(Component.CHROMIUM), *options, f"http://{host}/public/page"]
        with Program(command, tmp_path / "browser"):
            reports = dict(site.reports.get(timeout=PATIENCE_S) for _ in range(4))
        asked = dict(site.asked)
    assert reports == {
        "subprotocol": "chat|1000|grüße|0,255",
        "query": "|1000|grüße|0,255",
        "refused": "|1006",
        "events": f"id-{EVENTS}",
    }
    assert set(asked) == {"/ws/a", "/ws/b?x=1", "/v1/events"}
    assert asked["/ws/a"]["sec-websocket-protocol"] == "chat"
    for headers in asked.values():
        assert headers["x-auth-subject"] == "corp:alice"
        assert all(part not in "\n".join(headers.values()) for part in sent.split(".")[1:])
