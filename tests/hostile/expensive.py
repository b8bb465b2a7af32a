"""What is the most expensive thing a client without a valid token can ask for?

Each row is one request that an attacker gets through a proxy: the sub-request that nginx makes of it, byte
for byte, with the reason for which it is refused. `python -m tests.hostile.expensive` prints their cost.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.policy import BearerCredential, CookieCredential, QueryCredential
from gateway.core.reason import Reason
from gateway.core.target import Oddity
from gateway.core.verdict import Deny, Permit, Verdict
from gateway.dialects.wire import HttpAnswer
from gateway.redact.fingerprint import Fingerprints
from gateway.server.engine import Engine, World
from gateway.server.http1.after import After
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender
from gateway.server.http1.writer import AnswerWriter
from gateway.server.memo import Memo
from gateway.server.watch import DecisionWatch, Remembered
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.record import Recorder
from tests import builders as b

# --- requests -------------------------------------------------------------------------------------

Refused = Reason | Fault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request and what must become of it; None is a permit, the measure of the others."""

    raw: bytes = field(repr=False)
    refused: Refused


def sub_request(target: bytes = b"/v1/orders", *lines: bytes) -> bytes:
    """What nginx asks about a client's GET with these header lines."""
    own = (
        b"GET /auth/nginx/orders HTTP/1.1",
        b"Host: token-gateway:4180",
        b"X-Original-URL: https://api.example.com" + target,
        b"X-Original-Method: GET",
        b"X-Real-IP: 203.0.113.9",
    )
    return b"\r\n".join((*own, *lines)) + b"\r\n\r\n"


def presenting(text: str | bytes) -> bytes:
    octets = text.encode() if isinstance(text, str) else text
    return sub_request(b"/v1/orders", b"Authorization: Bearer " + octets)


def garbage(key: b.SigningKey, *, octets: int | None = None) -> bytes:
    """A token with a signature that is of the right length, and wrong."""
    size = {"ES256": 64, "ES384": 96, "ES512": 132, "EdDSA": 64}.get(key.algorithm, 0) or _modulus(key)
    wrong = (b"\x01" * 5).rjust(octets or size, b"\x01")
    return presenting(b.token(key=key, signature=wrong))


def payload(document: bytes) -> bytes:
    """A token with this payload; its signature is never reached."""
    return presenting(b.jws(document, signature=b"\x01" * 64))


def header(document: bytes) -> bytes:
    return presenting(b.jws(b"{}", raw_header=document, signature=b"\x01" * 64))


def _filled(start: bytes, unit: bytes, end: bytes, size: int) -> bytes:
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


BIG: Final = 11_900  # octets of payload in a token of 16 KiB
LINE: Final = 30_000  # what a header may hold beside the others
QUERY: Final = 8_000


@cache
def requests() -> Mapping[str, Request]:
    return {name: Request(raw=raw, refused=refused) for name, raw, refused in _rows()}


def _rows() -> Iterator[tuple[str, bytes, Refused]]:
    yield "good token", presenting(b.token()), None
    yield "no token", sub_request(), Reason.CREDENTIAL_MISSING
    yield from _signatures()
    yield from _json()
    yield from _targets()
    yield from _headers()


def _signatures() -> Iterator[tuple[str, bytes, Refused]]:
    for name, keys in key_rings().items():
        yield f"wrong signature, {name}", garbage(keys[0]), Reason.SIGNATURE_INVALID
    yield (
        "wrong signature, 16 KiB",
        presenting(b.token(padding="x" * (BIG - 400), signature=b"\x01" * 64)),
        Reason.SIGNATURE_INVALID,
    )


def _json() -> Iterator[tuple[str, bytes, Refused]]:
    bad = Reason.TOKEN_JSON_MALFORMED
    yield "payload of brackets", payload(b"[" * BIG), bad
    yield "payload of pairs of brackets", payload(_filled(b'{"a":[', b"[]", b"]}", BIG)), bad
    yield "payload of braces in members", payload(b'{"a":' * (BIG // 5)), bad
    yield "payload of empty strings", payload(b'""' * (BIG // 2)), bad
    yield "payload of escaped quotes", payload(_filled(b'{"a":"', b'\\"', b'"}', BIG)), Reason.ISSUER_UNKNOWN
    yield (
        "payload of escapes",
        payload(_filled(b'{"a":"', b"\\ud83d\\ude00", b'"}', BIG)),
        Reason.ISSUER_UNKNOWN,
    )
    yield "payload of commas", payload(_filled(b"[", b"0,", b"0]", BIG)), bad
    yield (
        "payload of 1,000 objects",
        payload(b'{"a":[' + b",".join([b'{"b":0}'] * 1000) + b"]}"),
        Reason.ISSUER_UNKNOWN,
    )
    yield "payload of a long number", payload(b'{"a":0.' + b"1" * (BIG - 10) + b"}"), Reason.ISSUER_UNKNOWN
    yield (
        "payload of 1,000 members",
        payload(json.dumps({f"{n:x}": 0 for n in range(1000)}).encode()),
        Reason.ISSUER_UNKNOWN,
    )
    yield "header of brackets", header(b"[" * 4000), bad
    yield (
        "header of 4 KiB",
        header(_filled(b'{"alg":"ES256","x":"', b"\\u0061", b'"}', 4000)),
        Reason.ISSUER_UNKNOWN,
    )


def _targets() -> Iterator[tuple[str, bytes, Refused]]:
    def asked(target: bytes, refused: Refused) -> tuple[bytes, Refused]:
        return sub_request(target), refused

    yield "path of 8,000 slashes", *asked(b"/a%20" + b"/" * (QUERY - 5), Reason.TARGET_TOO_LONG)
    yield "path of short segments, escaped", *asked(b"/%2561" + b"/a" * 3990, Reason.TARGET_TOO_LONG)
    yield (
        "path of 256 odd segments",
        *asked(b"/%25252561" + b"/;a%20b%2f%41%2541a%2541" * 250, Reason.TARGET_ESCAPED_PERCENT),
    )
    yield "path of letters beyond ASCII", *asked(b"/%2541" + _letters(1300), Reason.TARGET_ESCAPED_PERCENT)
    yield "path of escapes", *asked(b"/" + b"%20" * 2660 + b"a", Reason.PATH_NOT_ALLOWED)
    yield "query of 4,000 parameters", *asked(b"/v1/orders?%41" + b"&a" * 3990, Reason.CREDENTIAL_MISSING)
    yield (
        "query of near misses",
        *asked(b"/v1/orders?%41" + b"&access_toke%6ex" * 490, Reason.CREDENTIAL_MISSING),
    )
    yield (
        "query of methods that are none",
        *asked(b"/v1/orders?%41" + b"&_methodx" * 880, Reason.CREDENTIAL_MISSING),
    )


def _letters(count: int) -> bytes:
    kept = (chr(n) for n in itertools.count(0x4E00))
    return b"".join(b"".join(b"%%%02X" % o for o in next(kept).encode()) for _ in range(count * 2 // 3))


def _headers() -> Iterator[tuple[str, bytes, Refused]]:
    missing, crowd = Reason.CREDENTIAL_MISSING, Reason.CREDENTIAL_MALFORMED
    yield "cookie of 15,000 pairs", sub_request(b"/v1/orders", b"Cookie: " + b"a;" * (LINE // 2)), crowd
    yield "cookie of 30,000 semicolons", sub_request(b"/v1/orders", b"Cookie: a" + b";" * LINE), crowd
    yield (
        "connection of 30,000 commas",
        sub_request(b"/v1/orders", b"Connection: close" + b"," * LINE),
        Fault.MALFORMED,
    )
    yield "120 headers", sub_request(b"/v1/orders", *(b"X-H%d: v" % n for n in range(120))), missing
    yield (
        "120 headers of 250",
        sub_request(b"/v1/orders", *(b"X-H%d: " % n + b"v" * 240 for n in range(120))),
        missing,
    )
    yield "10,000 headers", sub_request(b"/v1/orders", *(b"a:" for n in range(10_000))), Fault.HEAD_TOO_LARGE
    yield (
        "upgrade of 30,000 commas",
        sub_request(b"/v1/orders", b"Upgrade: a" + b"," * LINE),
        Reason.UPGRADE_REFUSED,
    )
    yield "scheme of 30,000", sub_request(b"/v1/orders", b"Authorization: " + b"a" * LINE), missing
    yield (
        "token of 30,000",
        sub_request(b"/v1/orders", b"Authorization: Bearer " + b"a" * LINE),
        Reason.TOKEN_TOO_LARGE,
    )
    yield (
        "token of dots",
        sub_request(b"/v1/orders", b"Authorization: Bearer " + b"." * 16_000),
        Reason.TOKEN_MALFORMED,
    )


# --- the world they meet --------------------------------------------------------------------------


@cache
def key_rings() -> Mapping[str, tuple[b.SigningKey, ...]]:
    """The keys of one issuer: each kind once, and what a careless issuer makes most expensive."""
    return {
        "ES256": (b.KEY,),
        "Ed25519": (b.ed_key(),),
        "RS256, 2048 bits": (b.rsa_key("r2048"),),
        "RS256, 4096 bits": (b.rsa_key("r4096", 4096),),
        "PS512, 4096 bits": (replace(b.rsa_key("p4096", 4096), algorithm="PS512"),),
        "ES384": (_key("e384", ec.SECP384R1(), "ES384", 1),),
        "ES512": (_key("e521", ec.SECP521R1(), "ES512", 1),),
        "ES512, four keys of one kid": tuple(_key("four", ec.SECP521R1(), "ES512", n) for n in range(1, 5)),
    }


def _key(kid: str, curve: ec.EllipticCurve, algorithm: str, secret: int) -> b.SigningKey:
    return b.SigningKey(private=ec.derive_private_key(0xC0FFEE + secret, curve), kid=kid, algorithm=algorithm)


def _modulus(key: b.SigningKey) -> int:
    return int(key.private.key_size) // 8  # type: ignore[union-attr]


@dataclass
class Known:
    """Sources that know every key and fetch nothing."""

    keys: Mapping[str, KeySet]

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        return self.keys[need.issuer_id]


class Bench:
    """The whole way of one request, without a socket: head, decision, record, metrics, answer."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self._watch = DecisionWatch(
            Recorder(Fingerprints(b"k" * 32), frozenset({"path"}), self._written.append, lambda: b.NOW),
            Metrics({}, version="0"),
        )
        self._writer = AnswerWriter()
        self._engine = Engine(
            World(
                snapshot=_snapshot(),
                sources=Known({"corp": _keys()}),
                signer=b.signer,
                revoked=b.nothing_revoked,
            ),
            self,
            Memo(bytes(32), jti=lambda: b.JTI, max_bytes=0),  # each request takes the whole way
            clock=lambda: b.NOW,
            monotonic=time.perf_counter,
            jti=lambda: b.JTI,
        )

    _written: list[bytes] = []  # noqa: RUF012 - thrown away

    def decided(self, verdict: Verdict, *args: Any, **named: Any) -> None:
        self.verdict = verdict
        self._watch.decided(verdict, *args, **named)
        self._written.clear()

    def remember(self, permit: Permit, dialect: str) -> Remembered:
        return self._watch.remember(permit, dialect)

    def again(self, *args: Any, **named: Any) -> None:
        self.verdict = None
        self._watch.again(*args, **named)
        self._written.clear()

    def ask(self, raw: bytes) -> Refused:
        """Give the reason, or None for a permit."""
        reader = HeadReader(sender=Sender(b.PEER), limits=Limits())
        reader.feed(raw)
        try:
            head = reader.next()
        except FaultyHead as faulty:
            return faulty.fault
        assert head is not None
        answer = self._engine(head[0])
        if isinstance(answer, HttpAnswer):
            self._writer.render(answer, After.STAY)
        else:
            assert isinstance(answer, bytes)
        return self.verdict.reason if isinstance(self.verdict, Deny) else None


def _keys() -> KeySet:
    return b.key_set(*(key for ring in key_rings().values() for key in ring))


def _snapshot() -> Any:
    algorithms = frozenset({"ES256", "ES384", "ES512", "RS256", "PS512", "EdDSA"})
    odd = b.route("odd", "/odd/**", admit_in_path=frozenset(Oddity))
    policy = b.policy(
        *b.sample_routes(),
        odd,
        credentials=(
            BearerCredential(),
            CookieCredential(name="api_token"),
            QueryCredential(name="access_token"),
        ),
    )
    return b.snapshot(policy, issuers=(b.issuer(algorithms=algorithms),))


# --- what it costs --------------------------------------------------------------------------------


def cost_us(work: Callable[[], object], *, at_least_s: float = 0.1) -> float:
    """CPU time of one call, in microseconds: the best of three rounds."""
    rounds: list[float] = []
    for _ in range(3):
        began, calls = time.process_time(), 0
        while time.process_time() - began < at_least_s:
            work()
            calls += 1
        rounds.append((time.process_time() - began) / calls * 1e6)
    return min(rounds)


def main() -> int:
    bench = Bench()
    measured = {name: cost_us(lambda r=r: bench.ask(r.raw)) for name, r in requests().items()}  # type: ignore[misc]
    for name, us in sorted(measured.items(), key=lambda one: -one[1]):
        request = requests()[name]
        print(f"{us:9.0f} us  {len(request.raw):6} bytes  {request.refused or 'permit':24}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
