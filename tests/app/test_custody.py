"""Our own keys, and their pages."""

import json
import re
from pathlib import Path

import pytest

from gateway.app.custody import PublishedPages, open_custody
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.keys.custody import Custody
from gateway.keys.schedule import MIN_ROTATE_EVERY_S, PENDING_S
from gateway.redact.text import redact
from gateway.server.keys_pages import JWKS_PATH
from gateway.server.watch import CustodyWatch
from gateway.telemetry.exposition import exposition
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from tests import builders as b
from tests.app.process import served, with_keys
from tests.cli.configuration import write


class Place:
    """A clock that stands, and what is told."""

    def __init__(self) -> None:
        self.now = float(b.NOW)
        self.lines: list[bytes] = []
        self.metrics = Metrics({}, version="0")
        self.watch = CustodyWatch(Log(self.lines.append, lambda: self.now), self.metrics)

    def open(self, file: Path) -> Custody:
        return open_custody(load_world(file), self.watch, clock=lambda: self.now)

    def signs_since(self) -> float:
        page = exposition(self.metrics.series).decode()
        (found,) = re.findall(r"\ntoken_gateway_signing_key_activated_timestamp_seconds (\S+)\n", page)
        return float(found)


def test_keys_are_opened_in_each_store(tmp_path: Path) -> None:
    assert Place().open(write(tmp_path, served())).signer() is not None
    made = write(tmp_path, with_keys({"store": "directory", "path": "keys"}), "made.yaml")
    shared = write(tmp_path, with_keys({"store": "shared", "path": "keys"}), "shared.yaml")
    kids = [[key.kid for key in Place().open(file).keyring.public_keys()] for file in (made, made, shared)]
    assert kids[0] == kids[1] == kids[2] != []


def test_a_store_that_cannot_be_used_is_a_mistake_of_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Place().open(write(tmp_path, with_keys({"store": "shared", "path": "keys"})))
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "keys")
    assert problem.path == "downstream.keys"


@pytest.mark.parametrize("store", [{"store": "memory"}, {"store": "directory", "path": "keys"}])
async def test_they_rotate_as_configured_and_are_counted(tmp_path: Path, store: dict[str, str]) -> None:
    place = Place()
    custody = place.open(write(tmp_path, with_keys({**store, "rotate_every": "14m"})))
    first = custody.signer()
    assert first is not None
    assert place.signs_since() == b.NOW
    assert b'signing_keys{state="active"} 1' in exposition(place.metrics.series)
    place.now += MIN_ROTATE_EVERY_S - PENDING_S
    assert await custody.look()
    assert b'signing_keys{state="pending"} 1' in exposition(place.metrics.series)
    assert place.signs_since() == b.NOW, "the new one does not sign yet"
    place.now += PENDING_S
    assert await custody.look()
    second = custody.signer()
    assert second is not None
    assert second.kid != first.kid
    assert place.signs_since() == place.now
    assert f'"token_gateway.key":"{redact(second.kid)}"'.encode() in place.lines[-1]


def test_the_pages_are_those_of_the_last_keyring(tmp_path: Path) -> None:
    file = write(tmp_path, served())
    one, other = Place().open(file).keyring, Place().open(file).keyring
    pages = PublishedPages(one, load_world(file))
    pages.publish(other, load_world(file))
    answer = pages(HttpRequest(b"GET", JWKS_PATH, Headers.of(()), b.PEER))
    assert [key["kid"] for key in json.loads(answer.body)["keys"]] == [other.public_keys()[0].kid]
