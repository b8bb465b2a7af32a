"""The ordinary way to write the decision in Python: aiohttp's server, PyJWT's `decode`, a minted token.

It has no cache, no route table beyond a regular expression, no metrics, and none of the refusals that the
gateway makes; its log line goes to the null device.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtest.contenders.running import Contender, Server, free_port, running


@contextmanager
def _start(folder: Path, keys: Path) -> Iterator[Server]:
    port = free_port()
    server = Path(__file__).with_name("ordinary_server.py")
    with running([sys.executable, str(server), str(port), str(keys / "jwks.json")], folder, port) as one:
        yield one


ORDINARY = Contender(name="aiohttp + PyJWT", start=_start, header="authorization")
