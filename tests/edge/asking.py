"""How does a client ask at the edge, so that what a server has seen can be told apart?"""

import itertools
import json
from typing import Any

from tests.edge.stack import host_of, token
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import Response, bearer, send

_NUMBERS = itertools.count(1)


def fresh(under: str = "/v1", query: str = "") -> str:
    """A target that nobody else asks for."""
    return f"{under}/a{next(_NUMBERS)}{query}"


def ask(
    gateway: GatewayProcess,
    name: str,
    target: str,
    *headers: tuple[str, str],
    method: str = "GET",
    body: bytes = b"",
) -> Response:
    """Ask an upstream, with a good token where nothing is said."""
    pairs = headers or (bearer(token()),)
    return send(gateway.edge_port, target, pairs, method=method, host=host_of(name), body=body)


def said(answer: Response) -> Any:
    """What a real server says that it has seen."""
    assert answer.status == 200, answer
    return json.loads(answer.body)
