"""The one loop: what it answers at once, what it waits for, and whom it tells."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, cast

import jwt
import pytest

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.mint import DownstreamToken
from gateway.core.policy import Policy, Snapshot
from gateway.core.reason import Reason
from gateway.core.revocation import Revocations
from gateway.core.trust import KeysAtUri
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects import envoy_grpc
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server import engine
from gateway.server.engine import Engine, World
from gateway.server.memo import Memo
from gateway.server.speaker import InOctets
from gateway.sources.keysets import IssuerSource, KeySources
from tests import builders as b
from tests.net.servers import website
from tests.sources.fake_time import FakeTime
from tests.sources.issuer import LOOPBACK, Issuer

MALFORMED = b.nginx_request(without=frozenset({b"x-original-url"}))


@dataclass
class Told:
    """One call of the observer."""

    verdict: Verdict
    facts: RequestFacts | None
    dialect: str
    peer: str
    seconds: float

    @property
    def reason(self) -> Reason | None:
        return self.verdict.reason if isinstance(self.verdict, Deny | Indeterminate) else None


@dataclass
class Observed:
    """An observer that keeps all it is told."""

    calls: list[Told] = field(default_factory=list)

    def decided(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        self.calls.append(Told(verdict, facts, dialect, peer, seconds))

    remembered: list[tuple[Permit, RequestFacts, Policy, DownstreamToken | None, float]] = field(
        default_factory=list
    )

    def remember(self, permit: Permit, dialect: str) -> tuple[Permit, str]:
        return permit, dialect

    def again(
        self,
        known: tuple[Permit, str],
        facts: RequestFacts,
        policy: Policy,
        downstream: DownstreamToken | None,
        seconds: float,
    ) -> None:
        permit, dialect = known
        self.calls.append(Told(permit, facts, dialect, facts.peer, seconds))
        self.remembered.append((permit, facts, policy, downstream, seconds))

    @property
    def only(self) -> Told:
        (call,) = self.calls
        return call


@dataclass
class Table:
    """Sources that know `keys`, and find what `found` holds."""

    keys: Mapping[str, KeySet] = field(default_factory=dict)
    found: Mapping[KeysNeeded, KeySet | Unavailable] = field(default_factory=dict)
    asked: list[KeysNeeded] = field(default_factory=list)

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        self.asked.append(need)
        return self.found[need]


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = b.NOW
    readings: int = 0

    def __call__(self) -> float:
        self.readings += 1
        return self.now


def forgetful() -> Memo:
    """A memo without room: what the engine does with one is told in test_memo and in the properties."""
    return Memo(bytes(32), jti=lambda: b.JTI, max_bytes=0)


KNOWN = Table(keys={"corp": b.key_set()})


def make(
    sources: engine.Sources = KNOWN,
    *,
    world: Snapshot | None = None,
    clock: Clock | None = None,
    signer: Any = b.signer,
    revoked: Callable[[], Revocations] = b.nothing_revoked,
    memo: Memo | None = None,
    monotonic: Callable[[], float] | None = None,
) -> tuple[Engine, Observed]:
    observed, ticks = Observed(), count()
    built = Engine(
        World(snapshot=world or b.snapshot(), sources=sources, signer=signer, revoked=revoked),
        observed,
        memo or forgetful(),
        clock=clock or Clock(),
        monotonic=monotonic or (lambda: float(next(ticks))),
        jti=lambda: b.JTI,
    )
    return built, observed


def at_once(decide: Engine, request: HttpRequest) -> HttpAnswer:
    answer = decide(request)
    return read_answer(answer) if isinstance(answer, bytes) else cast(HttpAnswer, answer)


def read_answer(octets: bytes) -> HttpAnswer:
    """Read an answer that is to be written as it is: none has a body."""
    head, _, body = octets.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    pairs = [(name, value) for name, _, value in (one.partition(b": ") for one in lines)]
    assert pairs.pop() == (b"content-length", b"0")
    assert body == b""
    return HttpAnswer(status=int(line.split(b" ")[1]), headers=tuple(pairs))


async def after_waiting(decide: Engine, request: HttpRequest) -> HttpAnswer:
    answer = decide(request)
    assert inspect.iscoroutine(answer)
    return cast(HttpAnswer, await answer)


def good(**changes: Any) -> HttpRequest:
    return b.nginx_request(headers=(b.bearer(),), **changes)


# --- at once ------------------------------------------------------------------


def test_what_is_known_is_answered_without_a_coroutine() -> None:
    decide, observed = make()
    answer = at_once(decide, good())
    assert answer.status == 200
    (authorization,) = [value for name, value in answer.headers if name == b"authorization"]
    minted = authorization.decode().removeprefix("Bearer ")
    assert jwt.get_unverified_header(minted)["kid"] == b.signer().kid
    assert isinstance(observed.only.verdict, Permit)
    assert (observed.only.dialect, observed.only.peer) == ("nginx", b.PEER)
    assert observed.only.seconds > 0
    assert KNOWN.asked == []


def test_the_dialect_of_the_url_is_the_one_that_reads_and_answers() -> None:
    decide, observed = make()
    assert at_once(decide, b.traefik_request(headers=(b.bearer(),))).status == 200
    assert at_once(decide, b.traefik_request(without=frozenset({b"x-forwarded-uri"}))).status == 400
    assert at_once(decide, MALFORMED).status == 403  # nginx would make a 500 of a 400
    assert [call.dialect for call in observed.calls] == ["traefik", "traefik", "nginx"]


@pytest.mark.parametrize(
    "target",
    [
        b"/auth/nginx/unheard-of",
        b"/auth/unheard-of/orders",
        b"/auth/NGINX/orders",
        b"/auth/nginx/Orders",
        b"/auth/nginx/orders/",
        b"/auth/nginx/orders/more",
        b"/auth/nginx/orders?x=1",
        b"/auth/nginx/orders?",
        b"/auth/caddy/orders??",
        b"/auth/caddy/orders?x=1",
        b"/auth/nginx/order%73",
        b"/auth/nginx/",
        b"/auth/nginx",
        b"//auth/nginx/orders",
        b"/xauth/nginx/orders",
        b"/auth/nginx/\xff",
        b"/",
        b"*",
    ],
)
def test_an_url_that_nobody_was_pinned_to_is_refused_and_told(target: bytes) -> None:
    decide, observed = make()
    answer = at_once(decide, good()._replace(target=target))
    assert answer.status == 403
    assert (b"cache-control", b"no-store") in answer.headers
    assert observed.only.reason is Reason.POLICY_UNKNOWN
    assert observed.only.facts is None
    assert observed.only.peer == b.PEER


def test_caddys_url_may_have_its_clients_bare_question_mark() -> None:
    decide, observed = make()
    asked = b.caddy_request(target=b"/v1/orders?", headers=(b.bearer(),))
    assert at_once(decide, asked._replace(target=b"/auth/caddy/orders?")).status == 200
    assert observed.only.dialect == "caddy"


def test_envoys_target_stands_behind_its_url() -> None:
    decide, observed = make()
    assert at_once(decide, b.envoy_request(headers=(b.bearer(),))).status == 200
    assert (
        at_once(decide, b.envoy_request(target=b"/auth/envoy/orders/v1/orders", headers=(b.bearer(),))).status
        == 403
    )
    assert [call.dialect for call in observed.calls] == ["envoy", "envoy"]
    assert observed.calls[1].reason is Reason.PATH_NOT_ALLOWED


@pytest.mark.parametrize(
    "target",
    [
        b"/auth/envoy/orderss",
        b"/auth/envoy/ordersx/v1/orders",
        b"/auth/envoy//v1/orders",
        b"/auth/envoy/orders%2fv1/orders",
        b"/auth/nginx/orders/v1/orders",
    ],
)
def test_no_url_is_nearly_the_one_that_envoy_is_pinned_to(target: bytes) -> None:
    decide, observed = make()
    assert at_once(decide, b.envoy_request(headers=(b.bearer(),))._replace(target=target)).status == 403
    assert observed.only.reason is Reason.POLICY_UNKNOWN


@pytest.mark.parametrize("target", [b"/auth/envoy/orders", b"/auth/envoy/orders?x=/v1/orders"])
def test_envoys_url_without_a_target_permits_nothing(target: bytes) -> None:
    decide, _ = make()
    asked = b.envoy_request(headers=(b.bearer(),))._replace(target=target)
    assert at_once(decide, asked).status in {400, 403}


def test_an_unknown_dialect_is_told_by_a_name_that_the_caller_did_not_choose() -> None:
    decide, observed = make()
    at_once(decide, good()._replace(target=b"/auth/anything/orders"))
    assert observed.only.dialect == "unknown"


def test_a_request_that_cannot_be_read_is_told_with_its_policy() -> None:
    decide, observed = make()
    assert at_once(decide, MALFORMED).status == 403
    assert observed.only.reason is Reason.CARRIER_MISSING
    policy = observed.only.verdict.context.policy
    assert policy is not None
    assert policy.id == b.POLICY


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (b.nginx_request(), 401, Reason.CREDENTIAL_MISSING),
        (good(peer="192.0.2.1"), 403, Reason.PEER_UNTRUSTED),
        (good(target=b"/v2/orders"), 403, Reason.PATH_NOT_ALLOWED),
        (good(target=b"/admin/x"), 403, Reason.SCOPE_INSUFFICIENT),
        (b.nginx_request(headers=(b.bearer("x.y.z"),)), 401, Reason.TOKEN_MALFORMED),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_every_refusal_is_told_once_with_its_reason(
    request_: HttpRequest, status: int, reason: Reason
) -> None:
    decide, observed = make()
    assert at_once(decide, request_).status == status
    assert observed.only.reason is reason


def test_a_public_route_and_a_preflight_are_told_as_well() -> None:
    policy = b.policy(cors=b.cors())
    decide, observed = make(world=b.snapshot(policy))
    preflight = (
        (b"origin", b"https://app.example.com"),
        (b"access-control-request-method", b"GET"),
    )
    assert at_once(decide, b.nginx_request(target=b"/public/a")).status == 200
    assert at_once(decide, b.nginx_request(method=b"OPTIONS", headers=preflight)).status == 403
    assert [type(call.verdict) for call in observed.calls] == [Permit, Preflight]


def test_without_a_signing_key_nothing_is_let_through() -> None:
    decide, observed = make(signer=lambda: None)
    assert at_once(decide, good()).status == 503
    assert observed.only.reason is Reason.SIGNING_KEY_UNAVAILABLE


# --- after waiting ------------------------------------------------------------


async def test_unknown_keys_are_looked_up_and_then_answered() -> None:
    need = KeysNeeded("corp")
    sources = Table(found={need: b.key_set()})
    decide, observed = make(sources)
    assert (await after_waiting(decide, good())).status == 200
    assert sources.asked == [need]
    assert isinstance(observed.only.verdict, Permit)


async def test_an_unknown_kid_is_looked_up_within_the_set_of_its_issuer() -> None:
    need = KeysNeeded("corp", "k2")
    sources = Table(keys=KNOWN.keys, found={need: b.key_set(b.KEY, b.OTHER_KEY)})
    decide, observed = make(sources)
    request = b.nginx_request(headers=(b.bearer(b.token(key=b.OTHER_KEY)),))
    assert (await after_waiting(decide, request)).status == 200
    assert sources.asked == [need]
    assert isinstance(observed.only.verdict, Permit)


async def test_a_kid_that_the_issuer_lacks_is_the_tokens_fault() -> None:
    both = {KeysNeeded("corp"): b.key_set(), KeysNeeded("corp", "k2"): b.key_set()}
    sources = Table(found=both)
    decide, observed = make(sources)
    request = b.nginx_request(headers=(b.bearer(b.token(key=b.OTHER_KEY)),))
    assert (await after_waiting(decide, request)).status == 401
    assert sources.asked == [*both]
    assert observed.only.reason is Reason.KEY_UNKNOWN


async def test_keys_that_cannot_be_had_are_an_outage_and_never_a_permit() -> None:
    decide, observed = make(Table(found={KeysNeeded("corp"): Unavailable(7)}))
    answer = await after_waiting(decide, good())
    assert answer.status == 503
    assert (b"retry-after", b"7") in answer.headers
    assert observed.only.reason is Reason.KEYS_UNAVAILABLE


async def test_a_decision_that_asks_too_often_ends_in_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    # The walk as it is asks for two things at most, so the bound is lowered to meet it.
    monkeypatch.setattr(engine, "MAX_ROUNDS", 1)
    sources = Table(found={KeysNeeded("corp"): b.key_set()})
    decide, observed = make(sources)
    request = b.nginx_request(headers=(b.bearer(b.token(key=b.OTHER_KEY)),))
    answer = await after_waiting(decide, request)
    assert answer.status == 503
    assert (b"retry-after", b"1") in answer.headers
    assert len(sources.asked) == 1
    assert observed.only.reason is Reason.LOOKUPS_EXHAUSTED
    assert observed.only.verdict.context.route is not None


def test_the_bound_leaves_room_for_every_look_up_that_the_walk_asks_for() -> None:
    assert len((KeysNeeded("corp"), KeysNeeded("corp", "k2"))) < engine.MAX_ROUNDS


async def test_a_token_that_expires_while_keys_are_fetched_is_refused() -> None:
    clock = Clock()

    class Slow(Table):
        async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
            clock.now += 3600
            return b.key_set()

    decide, observed = make(Slow(), clock=clock)
    assert (await after_waiting(decide, good())).status == 401
    assert observed.only.reason is Reason.TOKEN_EXPIRED
    assert clock.readings == 2


# --- one request sees one world -----------------------------------------------


async def test_a_request_is_decided_by_the_world_that_it_came_into() -> None:
    sources = Table(found={KeysNeeded("corp"): b.key_set()})
    decide, observed = make(sources)
    waiting = decide(good())
    assert inspect.iscoroutine(waiting)
    # As a reload will: the next request is refused, this one goes on in its own world.
    decide._world = World(
        snapshot=b.snapshot(issuers=()), sources=Table(), signer=lambda: None, revoked=b.nothing_revoked
    )
    assert (await waiting).status == 200
    assert at_once(decide, good()).status == 401
    assert [call.reason for call in observed.calls] == [None, Reason.ISSUER_UNKNOWN]


async def test_the_world_itself_is_read_once() -> None:
    sources = Table(found={KeysNeeded("corp"): b.key_set()})
    reads = 0

    class Counted(Engine):
        @property
        def _world(self) -> World:
            nonlocal reads
            reads += 1
            return World(snapshot=b.snapshot(), sources=sources, signer=b.signer, revoked=b.nothing_revoked)

        @_world.setter
        def _world(self, _: World) -> None: ...

    counted = Counted(
        World(snapshot=b.snapshot(), sources=sources, signer=b.signer, revoked=b.nothing_revoked),
        Observed(),
        forgetful(),
        clock=Clock(),
        monotonic=lambda: 0.0,
        jti=lambda: b.JTI,
    )
    assert (await after_waiting(counted, good())).status == 200
    assert reads == 1


# --- the deny list --------------------------------------------------------------


def test_the_deny_list_is_asked_for_at_every_request() -> None:
    lists = iter([b.nothing_revoked(), b.revoked(subject="alice"), b.nothing_revoked()])
    decide, observed = make(revoked=lambda: next(lists))
    assert [at_once(decide, good()).status for _ in range(3)] == [200, 401, 200]
    assert [call.reason for call in observed.calls] == [None, Reason.TOKEN_REVOKED, None]


async def test_a_token_that_had_to_wait_for_its_keys_meets_the_list_all_the_same() -> None:
    sources = Table(found={KeysNeeded("corp"): b.key_set()})
    decide, observed = make(sources, revoked=lambda: b.revoked(subject="alice"))
    assert (await after_waiting(decide, good())).status == 401
    assert observed.only.reason is Reason.TOKEN_REVOKED


# --- with the real sources ----------------------------------------------------


async def test_the_real_sources_fetch_once_and_are_not_asked_again() -> None:
    issuer = Issuer(document=b.jwks(b.KEY))
    async with website(issuer) as site:
        source = IssuerSource(issuer_id="corp", location=KeysAtUri(f"{site.url}/jwks"), outbound=LOOPBACK)
        sources = KeySources([source], ambience=FakeTime().ambience)
        decide, observed = make(sources)
        assert (await after_waiting(decide, good())).status == 200
        assert at_once(decide, good()).status == 200
        await sources.close()
        assert site.paths == ["/jwks"]
    assert len(observed.calls) == 2


async def test_the_real_sources_are_an_outage_while_the_issuer_is_down() -> None:
    async with website(Issuer(status=503)) as site:
        source = IssuerSource(issuer_id="corp", location=KeysAtUri(f"{site.url}/jwks"), outbound=LOOPBACK)
        sources = KeySources([source], ambience=FakeTime().ambience)
        decide, observed = make(sources)
        assert (await after_waiting(decide, good())).status == 503
        await sources.close()
    assert observed.only.reason is Reason.KEYS_UNAVAILABLE


# --- what is remembered -------------------------------------------------------


SIGNER = b.signer()


def warm(**changes: Any) -> tuple[Engine, Observed]:
    memo = Memo(bytes(32), jti=lambda: b.JTI)
    return make(memo=memo, signer=lambda: SIGNER, **changes)


def test_a_request_like_one_before_is_answered_from_memory_to_the_octet() -> None:
    decide, observed = warm()
    first = decide(good(target=b"/v1/orders/1"))
    again = decide(good(target=b"/v1/orders/2?q=1", client=b"198.51.100.7"))
    assert isinstance(first, bytes)
    assert again == first
    told, (permit, facts, policy, downstream, seconds) = observed.remembered
    assert permit is told[0] is observed.calls[0].verdict
    assert told[3] is permit.downstream
    assert (told[1].target, told[2]) == (b"/v1/orders/1", policy)
    assert (facts.target, facts.client_address) == (b"/v1/orders/2?q=1", "198.51.100.7")
    assert policy is permit.context.policy
    assert downstream is not None
    assert seconds > 0


def test_another_world_remembers_nothing() -> None:
    decide, observed = warm()
    at_once(decide, good())
    other = b.snapshot(b.policy(b.route(issuers=frozenset({"partner"}))))
    decide.adopt(World(snapshot=other, sources=KNOWN, signer=lambda: SIGNER, revoked=b.nothing_revoked))
    assert at_once(decide, good()).status == 401
    assert observed.calls[-1].reason is Reason.ISSUER_NOT_ADMITTED


def test_another_world_remembers_no_refusal_either() -> None:
    decide, observed = make(monotonic=lambda: 0.0)  # else seconds go by, and it is forgotten for that
    forged = b.nginx_request(headers=(b.bearer(b.token(signature=bytes(64))),))
    for _ in range(2):
        assert at_once(decide, forged).status == 401
        assert observed.calls[-1].reason is Reason.SIGNATURE_INVALID
    other = b.snapshot(b.policy(b.route(issuers=frozenset({"partner"}))))
    decide.adopt(World(snapshot=other, sources=KNOWN, signer=b.signer, revoked=b.nothing_revoked))
    assert at_once(decide, forged).status == 401
    assert observed.calls[-1].reason is Reason.ISSUER_NOT_ADMITTED


def test_refusals_are_decided_each_time() -> None:
    decide, observed = warm()
    for _ in range(3):
        assert at_once(decide, b.nginx_request(headers=(b.bearer(b.token(exp=1)),))).status == 401
    assert len(observed.calls) == 3
    assert observed.remembered == []


# --- another world ------------------------------------------------------------


def world_without_policies(sources: engine.Sources, signer: Any) -> World:
    return World(
        snapshot=replace(b.snapshot(), policies={}),
        sources=sources,
        signer=signer,
        revoked=b.nothing_revoked,
    )


def test_the_next_request_sees_the_adopted_world() -> None:
    decide, observed = make()
    assert at_once(decide, good()).status == 200
    decide.adopt(world_without_policies(KNOWN, b.signer))
    assert at_once(decide, good()).status == 403
    assert observed.calls[-1].reason is Reason.POLICY_UNKNOWN


async def test_a_request_that_waits_keeps_the_world_it_began_with() -> None:
    need = KeysNeeded("corp")
    decide, observed = make(Table(found={need: b.key_set()}))
    waiting = decide(good())
    assert inspect.iscoroutine(waiting)
    decide.adopt(world_without_policies(Table(), lambda: None))
    assert (await waiting).status == 200
    assert isinstance(observed.only.verdict, Permit)


# --- what another listener has read -----------------------------------------------


def test_what_was_read_elsewhere_is_decided_and_remembered_under_its_own_name() -> None:
    memo = Memo(bytes(32), jti=lambda: b.JTI)
    signer = b.signer()
    decide, observed = make(memo=memo, signer=lambda: signer)
    asked = b.facts(b"/v1/orders", b.bearer(), dialect="envoy-grpc")
    policy = decide.policies["orders"]
    octets = [decide.decide(InOctets(envoy_grpc), policy, asked, b.PEER) for _ in range(2)]
    assert octets[0] == octets[1]
    assert isinstance(octets[0], bytes)
    assert [told.dialect for told in observed.calls] == ["envoy-grpc"] * 2
    assert memo.tally.hits == 1
    at = decide(b.envoy_request(headers=(b.bearer(),)))
    assert isinstance(at, bytes)
    assert memo.tally.hits == 1  # nothing that one dialect was answered is given to another


async def test_a_refusal_and_a_look_up_are_told_as_any_other() -> None:
    needs = (KeysNeeded("corp", None), KeysNeeded("corp", "k1"))
    decide, observed = make(Table(found=dict.fromkeys(needs, b.key_set())))
    policy = decide.policies["orders"]
    denied = decide.decide(InOctets(envoy_grpc), policy, Deny(reason=Reason.PEER_UNTRUSTED), b.PEER)
    assert isinstance(denied, HttpAnswer)
    assert denied.status == 403
    unknown = decide.decide(InOctets(envoy_grpc), None, b.facts(), b.PEER)
    assert isinstance(unknown, HttpAnswer)
    assert unknown.status == 403
    assert observed.calls[0].verdict.context.policy is policy
    assert [told.reason for told in observed.calls] == [Reason.PEER_UNTRUSTED, Reason.POLICY_UNKNOWN]
    closed = decide.decide(InOctets(envoy_grpc), policy, b.facts(b"/nowhere", b.bearer()), b.PEER)
    assert isinstance(closed, HttpAnswer)
    waited = decide.decide(InOctets(envoy_grpc), policy, b.facts(b"/v1/orders", b.bearer()), b.PEER)
    assert inspect.isawaitable(waited)
    answered = await waited
    assert isinstance(answered, HttpAnswer)
    assert answered.status == 200
