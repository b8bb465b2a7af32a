"""Whether keys that somebody else fetches are believed for as long as they may be."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.config.world import IssuerSource
from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.trust import KeysAtUri
from gateway.net.outbound import Outbound
from gateway.server.workers import remote_keys
from gateway.server.workers.messages import Need
from gateway.server.workers.remote_keys import UNANSWERED_RETRY_S, Questions, RemoteKeys
from gateway.sources.timing import Timing
from tests.sources.fake_time import until
from tests.sources.issuer import jwk, jwks

MAX_STALE_S = Timing().max_stale_s


class Supervisor:
    """What a worker is told, and what it asks."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked: list[Need] = []
        self.questions = Questions(self.asked.append)
        self.keys = self.of({"corp": source("https://idp.example.com/keys")})

    def of(self, issuers: dict[str, IssuerSource], **options: Any) -> RemoteKeys:
        return RemoteKeys(issuers, self.questions, clock=lambda: self.now, **options)


def source(uri: str) -> IssuerSource:
    return IssuerSource(location=KeysAtUri(uri), outbound=Outbound())


def kids(keys: KeySet | Unavailable | None) -> set[str | None]:
    assert isinstance(keys, KeySet)
    return {key.kid for key in keys.keys}


async def test_what_was_told_needs_no_question() -> None:
    told = Supervisor()
    told.keys.believe("corp", jwks(jwk("a")), told.now)
    assert kids(told.keys.keys["corp"]) == {"a"}
    assert kids(await told.keys.resolve(KeysNeeded("corp"))) == {"a"}
    assert kids(await told.keys.resolve(KeysNeeded("corp", "a"))) == {"a"}
    assert told.asked == []


async def test_an_unknown_kid_is_asked_for_and_the_answer_is_what_was_told_before_it() -> None:
    told = Supervisor()
    told.keys.believe("corp", jwks(jwk("a")), told.now)
    waiting = asyncio.create_task(told.keys.resolve(KeysNeeded("corp", "b")))
    await until(lambda: told.asked != [])
    (need,) = told.asked
    assert (need.issuer_id, need.kid) == ("corp", b"b")
    told.keys.believe("corp", jwks(jwk("a"), jwk("b")), told.now)
    told.questions.answer(need.number, None)
    assert kids(await waiting) == {"a", "b"}


async def test_a_failure_is_an_outage_also_where_old_keys_are_known() -> None:
    told = Supervisor()
    told.keys.believe("corp", jwks(jwk("a")), told.now)
    waiting = asyncio.create_task(told.keys.resolve(KeysNeeded("corp", "b")))
    await until(lambda: told.asked != [])
    told.questions.answer(told.asked[0].number, 7)
    assert await waiting == Unavailable(7)


async def test_nothing_told_and_nothing_found_is_an_outage() -> None:
    told = Supervisor()
    waiting = asyncio.create_task(told.keys.resolve(KeysNeeded("corp")))
    await until(lambda: told.asked != [])
    told.questions.answer(told.asked[0].number, None)
    assert isinstance(await waiting, Unavailable)


def test_keys_that_are_too_old_vanish_though_nobody_says_so() -> None:
    told = Supervisor()
    told.keys.believe("corp", jwks(jwk("a")), told.now)
    told.now += MAX_STALE_S
    assert set(told.keys.keys) == {"corp"}
    told.now += 1
    assert dict(told.keys.keys) == {}
    assert told.keys.keys.get("corp") is None


def test_the_same_document_is_only_made_younger() -> None:
    told = Supervisor()
    document = jwks(jwk("a"))
    told.keys.believe("corp", document, told.now)
    before = told.keys.keys["corp"]
    told.now += MAX_STALE_S
    told.keys.believe("corp", document, told.now)
    told.now += 5
    assert told.keys.keys["corp"] is before


def test_a_removed_key_is_gone_with_the_next_document() -> None:
    told = Supervisor()
    told.keys.believe("corp", jwks(jwk("a"), jwk("b")), told.now)
    told.keys.believe("corp", jwks(jwk("b")), told.now)
    assert kids(told.keys.keys["corp"]) == {"b"}


async def test_all_who_miss_the_same_ask_once() -> None:
    told = Supervisor()
    waiting = [asyncio.create_task(told.keys.resolve(KeysNeeded("corp", "b"))) for _ in range(10)]
    await until(lambda: told.asked != [])
    waiting[0].cancel()  # who goes away takes nobody along
    told.questions.answer(told.asked[0].number, 3)
    assert [await each for each in waiting[1:]] == [Unavailable(3)] * 9
    assert len(told.asked) == 1
    again = asyncio.create_task(told.keys.resolve(KeysNeeded("corp", "b")))
    await until(lambda: len(told.asked) == 2)
    assert told.asked[1].number != told.asked[0].number
    told.questions.answer(told.asked[1].number, 3)
    assert await again == Unavailable(3)


async def test_a_silent_supervisor_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_keys, "ANSWER_S", 0.01)
    told = Supervisor()
    assert await told.keys.resolve(KeysNeeded("corp")) == Unavailable(UNANSWERED_RETRY_S)


async def test_a_lost_supervisor_answers_all(tmp_path: Path) -> None:
    told = Supervisor()
    waiting = [asyncio.create_task(told.keys.resolve(KeysNeeded("corp", kid))) for kid in "abc"]
    await until(lambda: len(told.asked) == 3)
    told.questions.lose()
    told.questions.answer(told.asked[0].number, None)  # late, or twice
    assert [await each for each in waiting] == [Unavailable(UNANSWERED_RETRY_S)] * 3
    async with asyncio.timeout(remote_keys.ANSWER_S / 2):  # nobody is asked who is not there
        assert await told.keys.resolve(KeysNeeded("corp", "d")) == Unavailable(UNANSWERED_RETRY_S)
    assert len(told.asked) == 3


def test_another_configuration_keeps_what_is_reached_as_before() -> None:
    told = Supervisor()
    first = told.of({name: source(f"https://idp.example.com/{name}") for name in ("kept", "moved", "gone")})
    for name in ("kept", "moved", "gone", "never"):
        first.believe(name, jwks(jwk(name)), told.now)
    assert set(first.keys) == {"kept", "moved", "gone"}
    heir = told.of(
        {
            "kept": source("https://idp.example.com/kept"),
            "moved": source("https://idp.example.com/elsewhere"),
        },
        predecessor=first,
    )
    assert set(heir.keys) == {"kept"}
    heir.believe("moved", jwks(jwk("new")), told.now)
    assert kids(first.keys["moved"]) == {"moved"}  # who began before decides by what it began with
