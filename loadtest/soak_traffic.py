"""What comes in a soak? A bit of everything, at a fixed rate each, in parts of half a minute.

Each part has tokens and connections of its own. So a run of any length has tokens that are still good, and
old ones that can be forgotten; and what a connection leaves behind shows.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from loadtest.drive import Traffic, Window, drive
from loadtest.issuer import Issuer
from loadtest.requests import Stock

PART_S = 30.0
NEW_PER_SECOND = 50
CONNECTIONS = 16
REFUSED = (401, 403)


def parts(pid: int, port: int, issuer: Issuer, folder: Path, seconds: float) -> Iterator[Window]:
    """Drive the server part after part. Raises: Unexpected at the first part with an answer that is wrong."""
    end = monotonic() + seconds
    short_lived = replace(issuer, life_s=int(3 * PART_S))
    while (left_s := end - monotonic()) > 0:
        with TemporaryDirectory(dir=folder) as name:
            traffic = _traffic(port, Stock(Path(name), short_lived, int(NEW_PER_SECOND * PART_S) + 100))
            yield drive(pid, *traffic, seconds=min(PART_S, left_s), warm_s=0, spin=False)


# --- private ---


def _traffic(port: int, stock: Stock) -> list[Traffic]:
    return [
        _one("hot", stock.hot(), 300, port),
        _one("new", stock.cold("ES256"), NEW_PER_SECOND, port),
        _one("new connection", stock.fresh(), 50, port, fresh=True),
        _one("forged", stock.forged(500), 50, port, REFUSED),
        _one("expired", stock.expired(500), 50, port, REFUSED),
        _one("garbage", stock.garbage(3000), 200, port, REFUSED),
        _one("malformed", stock.malformed(), 20, port, (400,), fresh=True),
    ]


def _one(
    name: str,
    requests: str,
    rate: float,
    port: int,
    statuses: tuple[int, ...] = (200,),
    *,
    fresh: bool = False,
) -> Traffic:
    return Traffic(
        name=name,
        port=port,
        requests=requests,
        rate=rate,
        connections=CONNECTIONS,
        fresh=fresh,
        statuses=statuses,
        header="authorization" if statuses == (200,) else "",
    )
