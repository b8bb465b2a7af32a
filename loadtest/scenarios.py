"""What is measured? Scenarios as data: who gets which load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from loadtest.contenders import envoy, haproxy, nginx, proxies
from loadtest.contenders.asked_by_envoy import asked_by_envoy
from loadtest.contenders.gateway import gateway
from loadtest.contenders.ordinary import ORDINARY
from loadtest.contenders.running import Contender
from loadtest.issuer import Algorithm
from loadtest.requests import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of traffic, before it is known who gets it. Fields as in `Traffic`."""

    requests: Callable[[Stock], str]
    statuses: tuple[int, ...] = (200,)
    connections: int = 64
    warm_count: int = 0
    count: int = 0
    rate: float = 0
    fresh: bool = False
    reopens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report: one contender under one load, perhaps with another beside it."""

    contender: Contender
    load: Load
    beside: Load | None = None
    floor: str = ""
    """The row of the same contender that does nothing: what is above it is the work."""
    shared: bool = False
    """The client has no processor of its own: it sleeps, and what it takes is reckoned out of the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Rows that are measured in turn, round after round, so that a busy machine is busy for all of them."""

    title: str
    rows: Mapping[str, Row]


COLD: Final = 2000
WARM: Final = 300
GOOD_PER_SECOND: Final = 400

HOT: Final = Load(requests=Stock.hot)
FORGED: Final = Load(requests=Stock.forged, statuses=(401, 403))
EXPIRED: Final = Load(requests=Stock.expired, statuses=(401, 403))
CLIENTS: Final = Load(requests=Stock.clients)
NEW_CONNECTION: Final = Load(requests=Stock.fresh, fresh=True)
GOOD: Final = replace(HOT, rate=GOOD_PER_SECOND)
GARBAGE: Final = Load(
    requests=Stock.garbage, statuses=(400, 401, 403), rate=10 * GOOD_PER_SECOND, reopens=True
)
NEW_TOKENS: Final = Load(requests=Stock.distinct, warm_count=WARM, count=8000, connections=256)


def cold(algorithm: Algorithm) -> Load:
    """Every token is new: to the contender, and in each round."""
    return Load(requests=partial(Stock.cold, algorithm=algorithm), warm_count=WARM, count=COLD)


def _hot() -> dict[str, Row]:
    return {
        "gateway-reused": Row(contender=gateway(reuse=True), load=HOT, floor="gateway-bare"),
        "gateway": Row(contender=gateway(), load=HOT, floor="gateway-bare"),
        "gateway-bare": Row(contender=gateway(bare=True), load=Load(requests=Stock.probes)),
        "nginx": Row(contender=nginx.FLOOR, load=HOT),
        "envoy-bare": Row(contender=envoy.FLOOR, load=HOT),
        "envoy-cached": Row(contender=envoy.CACHED, load=HOT, floor="envoy-bare"),
        "envoy": Row(contender=envoy.UNCACHED, load=HOT, floor="envoy-bare"),
        "haproxy-bare": Row(contender=haproxy.FLOOR, load=HOT),
        "haproxy": Row(contender=haproxy.VERIFYING, load=HOT, floor="haproxy-bare"),
        "aiohttp": Row(contender=ORDINARY, load=HOT),
    }


def _verifying(load: Load) -> dict[str, Row]:
    return {
        "gateway": Row(contender=gateway(), load=load),
        "envoy": Row(contender=envoy.UNCACHED, load=load),
        "haproxy": Row(contender=haproxy.VERIFYING, load=load),
        "aiohttp": Row(contender=ORDINARY, load=load),
    }


def _routes(count: int) -> Row:
    return Row(
        contender=gateway(routes=count, reuse=True), load=Load(requests=partial(Stock.hot, routes=count))
    )


def _flood() -> dict[str, Row]:
    one = gateway()
    return {
        "quiet": Row(contender=one, load=GOOD),
        "flooded": Row(contender=one, load=GOOD, beside=GARBAGE),
    }


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "hot": Scenario(title="64 tokens that were seen before, over 1,000 routes", rows=_hot()),
    "cold-rs256": Scenario(title="Every RS256 token is new", rows=_verifying(cold("RS256"))),
    "cold-es256": Scenario(title="Every ES256 token is new", rows=_verifying(cold("ES256"))),
    "refused-forged": Scenario(title="2,000 tokens with a forged signature", rows=_verifying(FORGED)),
    "refused-expired": Scenario(title="2,000 tokens that have expired", rows=_verifying(EXPIRED)),
    "routes": Scenario(
        title="The hot load over 10 and over 10,000 routes",
        rows={"ten": _routes(10), "ten-thousand": _routes(10_000)},
    ),
    "envoy": Scenario(
        title="A repeated token, and Envoy asks: the gateway's part alone",
        rows={
            "http": Row(contender=asked_by_envoy("envoy"), load=CLIENTS),
            "grpc": Row(contender=asked_by_envoy("envoy-grpc"), load=CLIENTS),
        },
    ),
    "edge": Scenario(
        title="A repeated token, and a backend that answers with 1 KiB: the proxy's part alone",
        rows={
            "gateway-reused": Row(contender=proxies.gateway(reuse=True), load=CLIENTS),
            "gateway": Row(contender=proxies.gateway(), load=CLIENTS),
            "nginx": Row(contender=proxies.nginx(), load=CLIENTS),
            "envoy": Row(contender=proxies.envoy(), load=CLIENTS),
            "envoy-cached": Row(contender=proxies.envoy(verifies=True), load=CLIENTS),
        },
    ),
    "new-connection": Scenario(
        title="A new connection for each request, as ingress-nginx asks",
        rows={
            "gateway-reused": Row(contender=gateway(reuse=True), load=NEW_CONNECTION),
            "nginx": Row(contender=nginx.FLOOR, load=NEW_CONNECTION),
        },
    ),
    "flood": Scenario(
        title=f"{GOOD_PER_SECOND} good requests a second, alone and beside ten times as much garbage",
        rows=_flood(),
    ),
    "workers": Scenario(
        title="New ES256 tokens; one worker on one processor, two workers on two, one of them the client's",
        rows={
            "one": Row(contender=gateway(), load=NEW_TOKENS),
            "two": Row(contender=gateway(workers=2), load=NEW_TOKENS, shared=True),
        },
    ),
}
