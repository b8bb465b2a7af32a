"""Warm = cold: for any history, a gateway that remembers answers as one that has just been started."""

import json
from collections.abc import Coroutine, Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.core.base64url import decode
from gateway.core.evidence import Evidence, KeysNeeded, Need, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CertificateShows,
    CookieCredential,
    Policy,
)
from gateway.core.revocation import NOTHING_REVOKED
from gateway.core.verdict import Permit
from gateway.dialects import envoy_grpc
from gateway.dialects.wire import HttpAnswer
from gateway.server.engine import Engine, World
from gateway.server.grpc.conversion import checked
from gateway.server.http1.after import After
from gateway.server.http1.writer import AnswerWriter
from gateway.server.memo import Memo
from gateway.server.speaker import InOctets
from tests import builders as b
from tests import showing
from tests.server.grpc.messages import call, message
from tests.walk import EVERY_PROXY, GRPC, through

REUSE_S = 20
RECENT = 6
ROOM = 12
"""So many of the requests before are asked again after each step: what is remembered is put to the test."""
KEYS = (b.KEY, b.OTHER_KEY, b.ec_key("k1", 0xBEEF))
"""The last one has the kid of the first."""
OURS = (b.signer(), b.ec_key("gw2", 0x6A7F))
REVOKED = (
    b.revoked(subject="alice"),
    b.revoked(jti="one"),
    b.revoked(kid="k1"),
    b.revoked(subject="bob", issued_before=b.NOW + 30),
)
NAMED = showing.certificate(showing.SPIFFE)
CERTIFICATES = (None, showing.CERTIFICATE, showing.OTHER_CERTIFICATE, NAMED, showing.certificate("b.example"))
ORIGIN = (b"origin", b"https://app.example.com")


def policy(scope: str, *, reuse: bool) -> Policy:
    """One route for each kind of minting, and what a token needs for them."""
    needs = b.needs_scopes(scope)
    again = b.downstream(audience="again", reuse_s=REUSE_S)
    shows = CertificateShows(identities=frozenset({showing.SPIFFE}))
    routes = [
        b.route("anew", "/v1/orders/{order}", requirements=needs),
        b.route("shown", "/v1/shown/{order}", requirements=(*needs, shows)),
        b.public_route(),
    ]
    if reuse:
        routes.append(b.route("again", "/v1/again/**", requirements=needs, downstream=again))
    credentials = (BearerCredential(), CookieCredential(name="token"))
    told = CertificateFrom.RFC9440
    return b.policy(*routes, credentials=credentials, cors=b.cors(), certificate_from=told)


WORLDS = tuple(
    b.snapshot(policy(scope, reuse=reuse), issuers=[b.issuer(leeway_s=leeway_s)])
    for scope in ("orders:read", "admin")
    for reuse in (True, False)
    for leeway_s in (0, 30)
)


class Source:
    """An issuer's keys as they are now."""

    def __init__(self) -> None:
        self.keys: Mapping[str, KeySet] = {}

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        return self.keys.get(need.issuer_id, Unavailable())


class Asked(dict[Need, KeySet | Unavailable]):
    """The same, for a walk without a server."""

    def __init__(self, keys: Mapping[str, KeySet]) -> None:
        super().__init__()
        self._keys = keys

    def __bool__(self) -> bool:
        return True

    def get(self, need: Need, default: Any = None) -> Any:
        return self._keys.get(need.issuer_id, default)


class Observed:
    """Sees that what is told of a remembered permit is what was told of it first."""

    def __init__(self) -> None:
        self.noted = self.again_told = 0

    def decided(self, verdict: Any, facts: Any, **_: Any) -> None:
        pass

    def remember(self, permit: Permit, dialect: str) -> Permit:
        self.noted += 1
        return permit

    def again(self, known: Permit, facts: Any, *_: Any) -> None:
        self.again_told += 1
        assert known.context.route is not None
        assert known.context.facts is not None
        assert known.context.facts.dialect == facts.dialect


class WarmIsCold(RuleBasedStateMachine):
    """One warm engine, and for every request a walk that remembers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = b.NOW
        self.source, self.observed = Source(), Observed()
        self.ours = OURS[0]
        self.revoked = NOTHING_REVOKED
        self.world = WORLDS[0]
        self.recent: list[tuple[str, b.Wire]] = []
        self.memo = Memo(bytes(32), jti=lambda: b.JTI, max_entries=ROOM)
        self.engine = Engine(
            self._world(),
            self.observed,
            self.memo,
            clock=lambda: self.now,
            monotonic=float,
            jti=lambda: b.JTI,
        )

    def _world(self) -> World:
        return World(
            snapshot=self.world, sources=self.source, signer=lambda: self.ours, revoked=lambda: self.revoked
        )

    # --- what happens ---

    @initialize()
    def all_is_well(self) -> None:
        """The issuer is up, and everybody has been here before."""
        self.source.keys = {"corp": b.key_set(*KEYS[:2])}
        for sub, path in (("alice", b"/v1/orders/1"), ("bob", b"/v1/orders/2"), ("alice", b"/v1/again/x")):
            self.ask(self.issue(), path=path)
            self.ask(self.issue(key=KEYS[1], sub=sub, jti="two"), path=path, place="cookie with others")
        for shows in CERTIFICATES:
            self.ask(self.issue(bound=showing.CERTIFICATE), shows=shows)
            self.ask(self.issue(), path=b"/v1/shown/1", shows=shows)

    @rule(
        event=st.sampled_from(
            (
                *[("wait", seconds) for seconds in (1, 4, 15, 20, 25, 300, -5, -40)],
                *[("publish", keys) for keys in (KEYS[:1], KEYS[1:], KEYS[:2], KEYS[2:], KEYS, ())],
                *[("revoke", what) for what in REVOKED],
                *[("sign", ours) for ours in (*OURS, None)],
                *[("reload", world) for world in WORLDS],
            )
        )
    )
    def something_happens(self, event: tuple[str, Any]) -> None:
        match event:
            case "wait", seconds:
                self.now += seconds
            case "publish", keys:
                self.source.keys = {"corp": b.key_set(*keys)} if keys else {}
            case "revoke", what:
                self.revoked = what
            case "sign", ours:
                self.ours = ours
            case _, world:
                self.world = world
                self.engine.adopt(self._world())

    @rule()
    def all_is_well_again(self) -> None:
        self.source.keys, self.revoked, self.ours = {"corp": b.key_set(*KEYS[:2])}, NOTHING_REVOKED, OURS[0]

    @rule(
        token=st.fixed_dictionaries(
            {},
            optional={
                "key": st.sampled_from(KEYS),
                "sub": st.sampled_from(("alice", "bob")),
                "jti": st.sampled_from(("one", "two")),
                "starts_in": st.sampled_from((-10, 0, 20)),
                "lives": st.sampled_from((3, 40)),
                "scope": st.sampled_from(("orders:read", "other")),
                "bound": st.sampled_from(CERTIFICATES[1:]),
                "kid": st.just(False),  # noqa: FBT003
                "forged": st.just(True),  # noqa: FBT003
            },
        ),
        request=st.fixed_dictionaries(
            {},
            optional={
                "path": st.sampled_from(
                    (b"/v1/orders/2?q=1", b"/v1/again/x", b"/v1/shown/1", b"/public/x", b"/v1/ORDERS/1")
                ),
                "method": st.sampled_from((b"HEAD", b"POST")),
                "client": st.just(b"192.0.2.2"),
                "origin": st.just((ORIGIN,)),
                "place": st.sampled_from(
                    (
                        "cookie",
                        "cookie with others",
                        "cookie with different others",
                        "twice",
                        "none",
                    )
                ),
                "dialect": st.sampled_from(EVERY_PROXY),
                "shows": st.sampled_from(CERTIFICATES[1:]),
            },
        ),
    )
    def somebody_comes(self, token: dict[str, Any], request: dict[str, Any]) -> None:
        self.ask(self.issue(**token), **request)

    # --- what is asked ---

    def issue(
        self,
        *,
        key: b.SigningKey = b.KEY,
        starts_in: int = -10,
        lives: int = 600,
        kid: bool = True,
        forged: bool = False,
        bound: bytes | None = None,
        **claims: str,
    ) -> str:
        starts = self.now + starts_in
        good: dict[str, Any] = {"sub": "alice", "jti": "one", "scope": "orders:read admin", **claims}
        good |= {"iat": self.now, "nbf": starts, "exp": starts + lives}
        good |= {} if bound is None else {"cnf": showing.bound_to(bound)}
        signature = bytes(64) if forged else None
        return b.token(key=key, header={} if kid else {"kid": b.OMIT}, signature=signature, **good)

    def ask(
        self,
        text: str,
        *,
        place: str = "bearer",
        dialect: str = "nginx",
        origin: Any = (),
        shows: bytes | None = None,
        **wire: Any,
    ) -> None:
        wire = {"target": wire.pop("path", b"/v1/orders/1"), **wire}
        beside = () if shows is None else showing.shown(CertificateFrom.RFC9440, shows)
        asked = (dialect, b.Wire(headers=(*presented(place, text), *origin, *beside), **wire))
        self.recent = [asked, *self.recent][:RECENT]
        self._compare(*asked)

    @invariant()
    def whatever_happens_what_was_asked_before_is_answered_as_if_cold(self) -> None:
        for dialect, wire in self.recent:
            self._compare(dialect, wire)

    def _compare(self, dialect: str, wire: b.Wire) -> None:
        hits_before = self.memo.tally.hits
        warm = self._served(dialect, wire)
        evidence = Evidence(signer=self.ours, keys=self.source.keys, revoked=self.revoked)
        verdict, cold = through(dialect, wire, self.world, evidence, Asked(self.source.keys), now=self.now)
        reused = isinstance(verdict, Permit) and verdict.downstream and verdict.downstream.audience == "again"
        if reused and self.memo.tally.hits > hits_before:
            self._is_reused(warm, cold)
        else:
            assert warm == AnswerWriter().render(cold, After.STAY)

    def _served(self, dialect: str, wire: b.Wire) -> bytes:
        answer = self._over_grpc(wire) if dialect == GRPC else self.engine(b.SENDERS[dialect](wire))
        if isinstance(answer, Coroutine):
            try:
                answer.send(None)
            except StopIteration as stop:
                answer = stop.value
        if isinstance(answer, HttpAnswer):
            return AnswerWriter().render(answer, After.STAY)
        assert isinstance(answer, bytes)
        return answer

    def _over_grpc(self, wire: b.Wire) -> HttpAnswer | bytes | Coroutine[Any, Any, HttpAnswer | bytes]:
        question = checked(message(wire), call(wire))
        policy = envoy_grpc.policy_of(question, self.engine.policies)
        assert policy is not None
        return self.engine.decide(
            InOctets(envoy_grpc), policy, envoy_grpc.read(question, policy), question.peer
        )

    def _is_reused(self, warm: bytes, cold: HttpAnswer) -> None:
        """The same answer, but for a token that was minted up to REUSE_S ago, by the same key."""
        (fresh,) = [value.partition(b" ")[2] for name, value in cold.headers if name == b"authorization"]
        head, _, rest = warm.partition(b"authorization: Bearer ")
        given, _, tail = rest.partition(b"\r\n")
        assert head + b"authorization: Bearer " + fresh + b"\r\n" + tail == AnswerWriter().render(
            cold, After.STAY
        )
        theirs, ours = claims_of(given), claims_of(fresh)
        assert theirs["iat"] <= self.now < theirs["iat"] + REUSE_S
        assert theirs["exp"] >= self.now + 5
        timeless = {"iat": 0, "nbf": 0, "exp": 0}
        assert {**theirs, **timeless} == {**ours, **timeless}
        assert given.partition(b".")[0] == fresh.partition(b".")[0]

    @invariant()
    def the_room_is_bounded(self) -> None:
        assert self.memo.entries <= ROOM

    def teardown(self) -> None:
        assert 0 < self.memo.tally.hits <= self.observed.again_told


def claims_of(token: bytes) -> dict[str, Any]:
    """What is in one of our tokens."""
    members: dict[str, Any] = json.loads(decode(token.split(b".")[1]))
    return members


def presented(place: str, text: str) -> tuple[tuple[bytes, bytes], ...]:
    """The token where a client may put it."""
    match place:
        case "bearer":
            return (b.bearer(text),)
        case "cookie":
            return ((b"cookie", b"token=" + text.encode()),)
        case "cookie with others":
            return ((b"cookie", b"a=1; token=" + text.encode() + b"; b=2"),)
        case "cookie with different others":
            return ((b"cookie", b"a=2; token=" + text.encode() + b"; b=2"),)
        case "twice":
            return (b.bearer(text), (b"cookie", b"token=" + text.encode()))
        case _:
            return ()


TestWarmIsCold = WarmIsCold.TestCase
TestWarmIsCold.settings = settings(stateful_step_count=12)
