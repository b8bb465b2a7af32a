"""Does every server see either nothing or the one request that was judged, whatever is done to its frame?"""

import itertools
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings

from tests.edge.backends import Backend, Seen
from tests.edge.mutations import Draft, drafts, wire
from tests.edge.raw_request import credentials
from tests.wire.gateway_process import GatewayProcess

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("all_of_them")]

KINDS = ("nginx", "node", "raw")
"""Two parsers that differ, and one that keeps every byte."""
HANGS_S = 0.2
"""A request that never ends has no answer. What came of a slower one is looked at with the next."""


class Witness:
    """What has been sent to each server, and what of it each has seen."""

    def __init__(self, gateway: GatewayProcess, backends: dict[str, Backend]) -> None:
        self._port, self._backends = gateway.edge_port, backends
        self._needed = {kind: credentials(kind) for kind in backends}
        self._numbers = itertools.count()
        self._sent: dict[str, Draft] = {}
        self._looked = dict.fromkeys(backends, 0)
        self.seen: dict[str, dict[str, Seen]] = {}
        """By target, what each server has seen of it."""
        self.answers: dict[int | None, int] = {}

    def send(self, draft: Draft) -> None:
        target = f"/v1/m{next(self._numbers)}"
        self._sent[target] = draft
        wires = [wire(draft, target.encode(), self._needed[kind]) for kind in self._backends]
        statuses = dict(zip(self._backends, _POOL.map(self._status, wires), strict=True))
        self.look()
        for kind, status in statuses.items():
            self.answers[status] = self.answers.get(status, 0) + 1
            if status is not None:
                assert (kind in self.seen.get(target, {})) is (status == 200), (kind, status, draft)

    def look(self) -> None:
        for kind, backend in self._backends.items():
            found = backend.seen()
            at, self._looked[kind] = self._looked[kind], len(found)
            for seen in found[at:]:
                self._check(kind, seen)

    def _check(self, kind: str, seen: Seen) -> None:
        assert seen.method != "malformed", (kind, seen)
        assert seen.target in self._sent, (kind, seen)
        assert seen.method.encode() == self._sent[seen.target].method, (kind, seen)
        by_kind = self.seen.setdefault(seen.target, {})
        assert kind not in by_kind, (kind, seen, self._sent[seen.target])
        by_kind[kind] = seen
        assert len({(one.size, one.digest) for one in by_kind.values()}) == 1, by_kind

    def _status(self, octets: bytes) -> int | None:
        """Of the first answer; None where there is none."""
        came = b""
        client = socket.create_connection(("127.0.0.1", self._port), timeout=HANGS_S)
        with client, suppress(OSError):
            client.sendall(octets)
            while more := client.recv(65536):
                came += more
        return int(came[9:12]) if came else None


_POOL = ThreadPoolExecutor(3)


def test_no_server_sees_what_was_not_judged(gateway: GatewayProcess, backends: dict[str, Backend]) -> None:
    witness = Witness(gateway, backends)

    @settings(max_examples=2 * settings().max_examples, suppress_health_check=list(HealthCheck))
    @given(drafts)
    def each(draft: Draft) -> None:
        witness.send(draft)

    each()
    witness.look()
    assert len(witness.seen) >= 10
    assert witness.answers[400] >= 10
