"""Can anybody but the gateway write a line of its log, or have a secret written into one? (V25, I12)"""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from gateway.core.base64url import decode
from tests.hostile.crowd import ask_all, good_token, head, presenting, running
from tests.wire.gateway_process import GatewayProcess
from tests.wire.recording_server import RecordingServer, Reply

pytestmark = pytest.mark.wire

CANARY: Final = "c4n4ry-5up3r-s3cr3t-0123456789"
FORGED: Final = "forged-by-a-client"

EVIL: Final = (
    '\r\n{"event.action":"' + FORGED + '"}\r\n',
    f'"}}\n{{"event.action":"{FORGED}"}}',
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b2J\x85\x90",
    "\u2028\u2029\u202e\ufeff",
    '\\u000a"\\',
    "%0d%0a%1b%5b2J",
    "\x00\x01\x7f",
    "\U000e0041\ud83d\ude00",
    "a" * 20_000,
)


def octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def lines(evil: str) -> Iterator[bytes]:
    """Every place where a client's text goes, once with this text."""
    raw = octets(evil).replace(b"\n", b"\x0b").replace(b"\r", b"\x0c")  # else it is another header
    short = raw[:3_000]
    yield head(b"User-Agent: " + raw)
    yield head(b"X-Filler-" + short + b": v")
    yield head(b"Cookie: a=" + raw)
    yield head(b"Authorization: Bearer " + raw)
    yield head(b"Authorization: " + raw)
    yield head(b"Origin: " + raw, b"Referer: " + raw)
    yield head(b"Upgrade: " + raw)
    yield head(b"Connection: " + raw)
    yield head(target=b"/v1/orders/" + short)
    yield head(target=b"/v1/orders?" + short)
    yield head().replace(b"api.example.com", short)
    yield head().replace(b"Method: GET", b"Method: " + short)
    yield head().replace(b"192.0.2.1", short)
    yield head(asked=b"/auth/nginx/" + short)
    yield head(asked=b"/auth/" + short + b"/orders")
    yield head(asked=b"/" + short)


def tokens(evil: str) -> Iterator[bytes]:
    """Good tokens, and almost good ones, with this text in a claim or in the header."""
    text = evil.encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:6_000]
    for claim in ("sub", "client_id", "scope", "jti", "iss", "aud", "evil"):
        yield presenting(good_token(**{claim: text}))
    yield presenting(good_token(**{text: "v"}))
    for name in ("kid", "typ", "alg", "evil"):
        signature = b"\x01" * 64 if name == "alg" else None
        yield presenting(good_token(header={name: text[:1_000]}, signature=signature))
    yield presenting(good_token(exp=1, sub=text))


def misleading(evil: str) -> Reply:
    """What an issuer may say instead of its keys."""
    text = octets(evil).decode("latin-1").translate({10: 11, 13: 12})[:3_000]
    return Reply(status=500, headers=(("Content-Type", text), ("Retry-After", text)), body=octets(evil))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    audit = {"reveal": ["subject", "client_id", "path"]}
    with running(tmp_path_factory.mktemp("gateway"), audit=audit) as process:
        yield process


def assert_only_the_gateway_wrote(process: GatewayProcess) -> None:
    written = process.program.stdout.read_bytes()
    assert written.endswith(b"\n")
    assert set(written) <= {0x0A, *range(0x20, 0x7F)}
    for line in written.split(b"\n")[:-1]:
        assert len(line) < 6_000
        fields = json.loads(line)
        assert isinstance(fields, dict)
        assert fields["event.action"] != FORGED
        assert len(json.loads(line, object_pairs_hook=list)) == len(fields)
    assert process.program.stderr.read_bytes() == b""


async def test_v25_every_line_is_one_object_of_ours(gateway: GatewayProcess) -> None:
    asked = list(itertools.chain.from_iterable((*lines(evil), *tokens(evil)) for evil in EVIL))
    statuses = await ask_all(gateway.decision_port, asked)
    assert sum(statuses.values()) == len(asked)
    assert set(statuses) <= {200, 400, 401, 403, 431}
    assert len(gateway.records()) > len(asked) / 3  # most were decided, and each has its record
    assert_only_the_gateway_wrote(gateway)


async def test_v25_a_line_of_a_megabyte_is_none_in_the_log(gateway: GatewayProcess) -> None:
    before = gateway.program.stdout.stat().st_size
    raw = head(b"User-Agent: " + b"a" * 10**6)
    assert await ask_all(gateway.decision_port, [raw], clients=1) == {431: 1}
    await ask_all(gateway.decision_port, [head()], clients=1)
    gateway.records()
    assert gateway.program.stdout.stat().st_size - before < 6_000


async def test_no_place_of_a_request_is_written_down(gateway: GatewayProcess) -> None:
    """A secret in every place but those that the operator reveals by name."""
    secret = CANARY.encode()
    asked = [
        *(one for one in lines(CANARY) if b"/v1/orders/" + secret not in one),
        *(one for one in tokens(CANARY) if not _is_revealed(one)),
    ]
    await ask_all(gateway.decision_port, asked)
    gateway.records()
    assert_only_the_gateway_wrote(gateway)
    assert CANARY not in gateway.program.written().replace(gateway.file.read_text(), "")
    assert CANARY not in gateway.metrics()


def _is_revealed(raw: bytes) -> bool:
    """Whether the canary is the subject or the client of a token that is believed."""
    token = raw.partition(b"Bearer ")[2].partition(b"\r\n")[0]
    payload = json.loads(decode(token.split(b".")[1]))
    return CANARY in (payload["sub"], payload["client_id"])


async def test_v25_an_issuers_error_is_not_repeated(tmp_path: Path) -> None:
    answer = misleading("".join((*EVIL[:5], CANARY)))
    with (
        RecordingServer(lambda _: answer) as issuer,
        running(tmp_path, issuer_url=issuer.url) as gateway,
    ):
        statuses = await ask_all(gateway.decision_port, [presenting(good_token())], clients=1)
        assert statuses == {503: 1}
        assert_only_the_gateway_wrote(gateway)
        assert CANARY not in gateway.program.stdout.read_text()
        assert '"keys_not_fetched"' in gateway.program.stdout.read_text()
