"""Does a contender do its work? Asked first: a fast answer to everybody proves nothing."""

from pathlib import Path
from socket import create_connection

from loadtest.contenders.running import Contender, Server
from loadtest.requests import Stock


def smoke(contender: Contender, server: Server, stock: Stock) -> None:
    """A good token gets 200, a forged and an expired one 401 or 403. Raises: RuntimeError where not.

    A floor verifies nothing; that it answers 200 is checked with each of its answers.
    """
    if not contender.verifies:
        return
    expected = {
        "a good RS256 token": (stock.hot(), (200,)),
        "a good ES256 token": (stock.cold("ES256"), (200,)),
        "a forged token": (stock.forged(), (401, 403)),
        "an expired token": (stock.expired(), (401, 403)),
    }
    for what, (file, statuses) in expected.items():
        status = _status(server, file)
        if status not in statuses:
            raise RuntimeError(f"{contender.name} answers {what} with {status}, expected {statuses}")


# --- private ---


def _status(server: Server, file: str) -> int:
    with Path(file).open("rb") as requests:
        request = requests.read(int.from_bytes(requests.read(4), "little"))
    with create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        return int(connection.recv(65536).split()[1])
