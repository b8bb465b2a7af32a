"""The walk of `gateway explain` is the engine's walk, at a moment of the caller's choosing."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.policy import Policy, Snapshot
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects import DIALECTS
from gateway.dialects.wire import HttpRequest
from gateway.server.engine import Engine, World
from gateway.server.memo import Memo
from gateway.server.single_walk import GivenKeys, Moment, walk
from tests import builders as b

MOMENT = Moment(now=b.NOW, jti=b.JTI, signer=b.signer(), revoked=b.nothing_revoked())


@dataclass
class Table:
    """Finds what `found` holds; by default the keys of `corp`, whatever kid is missed."""

    found: Mapping[KeysNeeded, KeySet | Unavailable] = field(default_factory=dict)
    keys: Mapping[str, KeySet] = field(default_factory=dict)
    asked: list[KeysNeeded] = field(default_factory=list)

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        self.asked.append(need)
        return self.found.get(need, b.key_set())


async def decide(
    request: HttpRequest,
    *,
    dialect: str = "nginx",
    policy: Policy | None = None,
    world: Snapshot | None = None,
    sources: Table | GivenKeys | None = None,
    at: Moment = MOMENT,
) -> Verdict:
    world = world or b.snapshot(policy or b.policy())
    policy = world.policies[b.POLICY]
    return await walk(DIALECTS[dialect].read(request, policy), policy, world, sources or Table(), at)


def good(text: str | None = None) -> HttpRequest:
    return b.nginx_request(headers=(b.bearer(text),))


def reason(verdict: Verdict) -> Reason | None:
    return verdict.reason if isinstance(verdict, Deny | Indeterminate) else None


async def test_a_good_request_is_permitted_with_a_token_of_that_moment() -> None:
    verdict = await decide(good())
    assert isinstance(verdict, Permit)
    assert verdict.downstream is not None
    assert verdict.downstream.jti == b.JTI
    assert verdict.downstream.expires_at == b.NOW + 60


async def test_the_moment_is_the_callers() -> None:
    later = replace(MOMENT, now=b.NOW + 3600)
    assert reason(await decide(good(), at=later)) is Reason.TOKEN_EXPIRED


async def test_a_request_that_cannot_be_read_is_refused_with_its_policy() -> None:
    verdict = await decide(b.nginx_request(without=frozenset({b"x-original-method"})))
    assert reason(verdict) is Reason.CARRIER_MISSING
    assert isinstance(verdict, Deny)
    assert verdict.detail == "x-original-method"
    assert verdict.context.policy is not None


async def test_what_needs_no_keys_looks_none_up() -> None:
    sources = Table()
    assert isinstance(await decide(b.nginx_request(target=b"/public/a"), sources=sources), Permit)
    assert reason(await decide(b.nginx_request(), sources=sources)) is Reason.CREDENTIAL_MISSING
    assert sources.asked == []


async def test_keys_that_cannot_be_had_are_an_outage() -> None:
    sources = Table(found={KeysNeeded("corp"): Unavailable(9)})
    verdict = await decide(good(), sources=sources)
    assert reason(verdict) is Reason.KEYS_UNAVAILABLE


# --- keys that were brought along ---------------------------------------------


async def test_given_keys_are_used_and_nobody_is_asked() -> None:
    sources = Table()
    given = GivenKeys({"corp": b.key_set()}, sources)
    assert isinstance(await decide(good(), sources=given), Permit)
    assert sources.asked == []


async def test_given_keys_stand_for_the_issuer_even_where_they_lack_the_kid() -> None:
    sources = Table()
    given = GivenKeys({"corp": b.key_set()}, sources)
    verdict = await decide(good(b.token(key=b.OTHER_KEY)), sources=given)
    assert reason(verdict) is Reason.KEY_UNKNOWN
    assert sources.asked == []


async def test_keys_of_another_issuer_are_of_no_use() -> None:
    sources = Table(found={KeysNeeded("corp"): Unavailable()})
    given = GivenKeys({"other": b.key_set()}, sources)
    assert reason(await decide(good(), sources=given)) is Reason.KEYS_UNAVAILABLE


# --- the same as the engine ---------------------------------------------------


@dataclass
class Last:
    verdict: Verdict | None = None

    def remember(self, permit: Permit, dialect: str) -> None:
        """Want nothing."""

    def again(self, *_: Any) -> None:
        raise AssertionError("each request is the first of its kind")

    def decided(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        self.verdict = verdict


PREFLIGHT = (
    (b"origin", b"https://app.example.com"),
    (b"access-control-request-method", b"GET"),
)


@pytest.mark.parametrize(
    ("dialect", "request_"),
    [
        ("nginx", good()),
        ("traefik", b.traefik_request(headers=(b.bearer(),))),
        ("nginx", b.nginx_request()),
        ("nginx", b.nginx_request(peer="192.0.2.1")),
        ("nginx", b.nginx_request(target=b"/v1//orders")),
        ("nginx", b.nginx_request(target=b"/admin/x", headers=(b.bearer(),))),
        ("nginx", good(b.token(key=b.OTHER_KEY))),
        ("nginx", good(b.token(exp=b.NOW - 60))),
        ("nginx", b.nginx_request(method=b"OPTIONS", headers=PREFLIGHT)),
        ("traefik", b.traefik_request(without=frozenset({b"x-forwarded-uri"}))),
    ],
)
async def test_the_engine_comes_to_the_same_verdict(dialect: str, request_: HttpRequest) -> None:
    world, last = b.snapshot(b.policy(cors=b.cors())), Last()
    served = Engine(
        World(snapshot=world, sources=Table(), signer=b.signer, revoked=b.nothing_revoked),
        last,
        Memo(bytes(32), jti=lambda: b.JTI),
        clock=lambda: b.NOW,
        monotonic=lambda: 0.0,
        jti=lambda: b.JTI,
    )
    answer = served(request_)
    if inspect.iscoroutine(answer):
        answer = await answer
    explained = await decide(request_, dialect=dialect, world=world)
    assert explained == last.verdict
    assert DIALECTS[dialect].render(explained) == answer


async def test_a_preflight_ends_the_walk() -> None:
    verdict = await decide(
        b.nginx_request(method=b"OPTIONS", headers=PREFLIGHT), policy=b.policy(cors=b.cors())
    )
    assert isinstance(verdict, Preflight)
