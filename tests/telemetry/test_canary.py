"""Does anything that a client sends, or an issuer says about it, come out of the telemetry?"""

import json
import logging
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.credential import UnverifiedToken
from gateway.core.facts import Host, RequestFacts
from gateway.core.policy import HostPattern
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from gateway.redact.fingerprint import Fingerprints
from gateway.telemetry.exposition import exposition
from gateway.telemetry.log import Log, configure_stdlib
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.note import REVEALABLE
from gateway.telemetry.record import Recorder
from tests import builders as b
from tests.walk import EVERY_DIALECT, GRPC, converse, through

PRINTS = Fingerprints(b"k" * 32)
# A host that is the policy's, whatever its first label: the label is the client's text all the same.
WORLD = b.snapshot(
    b.policy(hosts=(HostPattern(name="api.example.com"), HostPattern(name="*.tenants.example")))
)

CLAIMS = ("sub", "client_id", "iss", "aud", "scope", "jti")
HEADERS = ("kid", "typ", "alg")
TOKEN_PLACES = (*CLAIMS, *HEADERS, "claim", "token", "opaque")
PLACES = (
    *TOKEN_PLACES,
    "path",
    "query",
    "host",
    "tenant",
    "method",
    "user-agent",
    "cookie",
    "client-address",
)

SECRETS = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=20, max_size=32
).map(lambda text: "x" + text + "x")


def spellings(secret: str) -> Iterator[bytes]:
    """As it is, cut, in another case, escaped, and in base64 at each of its three offsets."""
    for text in (secret, secret.upper(), secret.lower()):
        yield from (text.encode(), text[:16].encode(), quote(text, safe="").encode())
        yield "".join(f"%{octet:02X}" for octet in text.encode()).encode()
        for offset in range(3):
            octets = text.encode()[offset:]
            octets = octets[: len(octets) - len(octets) % 3]
            yield from (b64encode(octets), urlsafe_b64encode(octets))


def token(secrets: dict[str, str]) -> str:
    if "opaque" in secrets:
        return secrets["opaque"]
    payload = b.claims(**{name: secrets[name] for name in CLAIMS if name in secrets})
    if "claim" in secrets:
        payload[secrets["claim"]] = secrets["claim"]
    header: dict[str, str] = {name: secrets[name] for name in HEADERS if name in secrets}
    return b.jws(json.dumps(payload).encode(), header=header) + secrets.get("token", "")


def letters(secret: str) -> bytes:
    return "".join(filter(str.isalpha, secret)).upper().encode() or b"GET"


def wire(secrets: dict[str, str]) -> b.Wire:
    host = b.HOST
    if "tenant" in secrets:
        host = secrets["tenant"].encode() + b".tenants.example"
    if "host" in secrets:
        host = secrets["host"].encode() + b".example.net"
    target = f"/v1/orders/{secrets['path']}" if "path" in secrets else "/v1/orders"
    target += f"?access_token={secrets['query']}" if "query" in secrets else ""
    return b.Wire(
        method=letters(secrets["method"]) if "method" in secrets else b"GET",
        host=host,
        target=target.encode(),
        client=f"fe80::1%{secrets['client-address']}".encode()
        if "client-address" in secrets
        else b"203.0.113.9",
        headers=(
            b.bearer(token(secrets)),
            (b"user-agent", secrets.get("user-agent", "curl").encode()),
            (b"cookie", b"session=" + secrets.get("cookie", "none").encode()),
        ),
    )


def told(dialect: str, secrets: dict[str, str], *reveal: str) -> bytes:
    """Everything that is written about one request."""
    written: list[bytes] = []
    recorder, metrics = (
        Recorder(PRINTS, frozenset(reveal), written.append, lambda: b.NOW),
        Metrics({}, version="1"),
    )
    verdict, _ = through(dialect, wire(secrets), WORLD)
    facts = verdict.context.facts
    recorder.record(verdict, facts, dialect=dialect, peer=b.PEER, seconds=0)
    metrics.decided(verdict, dialect=dialect, seconds=0)
    log = Log(written.append, lambda: b.NOW)
    log.library(_library_record(*secrets.values()))
    try:
        raise ValueError(*secrets.values())
    except ValueError as error:
        log.bug(error)
    return b"".join(written) + exposition(metrics.series)


def _library_record(*arguments: str) -> logging.LogRecord:
    text = "%s " * len(arguments) if arguments else "nothing"
    return logging.LogRecord("aiohttp.server", logging.ERROR, __file__, 1, text, arguments, None)


PLACED = st.dictionaries(st.sampled_from(PLACES), SECRETS, max_size=4)


@pytest.mark.long
@pytest.mark.parametrize("dialect", EVERY_DIALECT)
@given(secrets=PLACED)
def test_no_secret_comes_out(dialect: str, secrets: dict[str, str]) -> None:
    output = told(dialect, secrets)
    for place, secret in secrets.items():
        for spelling in {*spellings(secret), *spellings(letters(secret).decode())}:
            assert len(spelling) < 12 or spelling not in output, place


@pytest.mark.parametrize("dialect", ["nginx", GRPC])
@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=10)
@given(secret=SECRETS)
def test_no_secret_comes_out_of_any_one_place(dialect: str, place: str, secret: str) -> None:
    output = told(dialect, {place: secret})
    assert not [one for one in spellings(secret) if one in output]


@given(secret=SECRETS, other=SECRETS.map("other-{}".format))
def test_what_is_revealed_comes_out_and_nothing_else(secret: str, other: str) -> None:
    output = told("nginx", {"sub": secret, "path": other}, "subject")
    assert f'"user.id":"corp:{secret}"'.encode() in output
    assert not [one for one in spellings(other) if one in output]


def test_the_whole_token_and_its_parts_do_not_come_out() -> None:
    text = b.token()
    output = told("nginx", {})
    assert b'"allowed"' in output
    assert not [part for part in text.split(".") if part[:16].encode() in output]


def test_stdlib_logging_comes_out_redacted_only() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    written: list[bytes] = []
    try:
        configure_stdlib(Log(written.append, lambda: b.NOW))
        logging.getLogger("asyncio").error("%s", b.token())
        logging.getLogger("asyncio").error(b.token())
        logging.getLogger("asyncio").error(f"{b.token()} %s", "x")  # noqa: G004
    finally:
        root.handlers[:], level, logging.raiseExceptions = before
        root.setLevel(level)
    assert len(written) == 3
    assert b.token()[:16].encode() not in b"".join(written)


INJECTIONS = {
    "line breaks": '\r\n{"event.outcome":"success"}\n',
    "terminal": "\x1b[2J\x1b]0;owned\x07",
    "c1": "\x9b2J\x85",
    "separators": "\u2028\u2029",
    "quotes": '"}\n{"a":"',
    "backslash": "\\",
    "escaped": "%0a%0d%22%1b[2J",
    "nul and delete": "\x00\x7f",
    "bidirectional": "\u202e\u2066",
    "a megabyte": "A" * 1_000_000,
}
"""What a reader of logs, or a terminal, might take for its own."""


@pytest.mark.long
@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
@pytest.mark.parametrize("way", ["decided", "again"])
def test_no_field_that_a_client_fills_breaks_the_line(text: str, way: str) -> None:
    """Whatever a dialect lets through: each field in turn holds the text, with everything revealed."""
    for facts, permit in _filled(text):
        written: list[bytes] = []
        recorder = Recorder(PRINTS, REVEALABLE, written.append, lambda: b.NOW)
        if way == "decided":
            recorder.record(permit, facts, dialect="nginx", peer=text, seconds=0)
            denial = Deny(reason=Reason.CLAIM_MALFORMED, detail=text, context=permit.context)
            recorder.record(denial, facts, dialect="nginx", peer=text, seconds=0)
        else:
            recorder.again(recorder.note(permit, "nginx"), facts._replace(peer=text), b.policy(), None, 0)
        for line in written:
            assert re.fullmatch(rb"[\x20-\x7e]+\n", line)
            assert len(line) < 16 * 1024
            assert json.loads(line)["event.type"] in (["allowed"], ["denied"])
            assert json.loads(line)["event.action"] == "decide"


@pytest.mark.long
@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
def test_no_text_breaks_the_exposition_or_the_log(text: str) -> None:
    metrics = Metrics({}, version="1")
    before = len(exposition(metrics.series).splitlines())
    for facts, permit in _filled(text):
        metrics.decided(permit, dialect=text, seconds=0)
        metrics.tally(permit, text).count(seconds=0, minted=True)
        del facts
    after = exposition(metrics.series)
    assert len(after.splitlines()) == before + 6  # decisions and minted, of `unknown`, with their heads
    written: list[bytes] = []
    log = Log(written.append, lambda: b.NOW)
    log.warning("keys_not_fetched", issuer=text, outcome=text)
    log.library(_library_record(text))
    log.bug(ValueError(text))
    for line in written:
        assert re.fullmatch(rb"[\x20-\x7e]+\n", line)
        assert len(line) < 16 * 1024


def _filled(text: str) -> Iterator[tuple[RequestFacts, Permit]]:
    """A permit, and one field of the request or of its token that holds the text."""
    good = b.facts(b"/v1/orders", b.bearer())
    permit = converse("nginx", b.nginx_request(headers=(b.bearer(),)))[0]
    assert isinstance(permit, Permit)
    octets = text.encode()
    yield good._replace(target=b"/" + octets), permit
    yield good._replace(target=b"/v1/orders?" + octets), permit
    yield good._replace(host=Host(name=text)), permit
    yield good._replace(method=text), permit
    yield good._replace(scheme=text), permit
    yield good._replace(client_address=text), permit
    principal = permit.context.principal
    assert principal is not None
    for other in (principal._replace(subject=text), principal._replace(client_id=text)):
        yield good, permit._replace(context=permit.context._replace(principal=other))
    token = UnverifiedToken(octets)
    yield good, permit._replace(context=permit.context._replace(token=token))
