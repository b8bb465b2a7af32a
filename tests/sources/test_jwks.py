"""Are an issuer's keys believed for as long as they should be, and fetched as seldom as they may be?"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from gateway.core.evidence import Unavailable
from gateway.core.jwk import KeySet
from gateway.core.trust import KeyLocation, KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.client import Deadlines, OutboundClient
from gateway.sources.jwks import IssuerKeys
from gateway.sources.timing import Timing
from tests.net.servers import Site, raw_server, says, website
from tests.sources.fake_time import FakeTime, until
from tests.sources.issuer import LOOPBACK, Issuer, Notes, jwk, jwks

SOON = Deadlines(total_s=0.3, connect_s=0.3)
"""For tests of an issuer that hangs: long enough for one that does not, on a busy machine."""


def kids(keys: KeySet | Unavailable | None) -> set[str | None]:
    assert isinstance(keys, KeySet)
    return {key.kid for key in keys.keys}


@dataclass
class World:
    """One issuer on loopback, its keys as we see them, and a clock."""

    issuer: Issuer
    site: Site
    keys: IssuerKeys
    time: FakeTime
    notes: Notes

    @property
    def asked(self) -> int:
        return len(self.site.requests)

    async def fetched(self) -> None:
        """The set is known, and the next unknown kid may ask."""
        await self.keys.lookup(None)
        self.time.advance(30)


def issuer_keys(
    location: KeyLocation,
    time: FakeTime,
    notes: Notes,
    *,
    timing: Timing | None = None,
    deadlines: Deadlines | None = None,
) -> IssuerKeys:
    return IssuerKeys(
        issuer_id="corp",
        location=location,
        client=OutboundClient(LOOPBACK, deadlines=deadlines),
        timing=timing or Timing(),
        ambience=time.ambience,
        observer=notes,
    )


@asynccontextmanager
async def world(
    *published: str, timing: Timing | None = None, deadlines: Deadlines | None = None
) -> AsyncIterator[World]:
    issuer, time, notes = Issuer(), FakeTime(), Notes()
    issuer.publish(*published)
    async with website(issuer) as site:
        keys = issuer_keys(KeysAtUri(f"{site.url}/jwks"), time, notes, timing=timing, deadlines=deadlines)
        try:
            yield World(issuer, site, keys, time, notes)
        finally:
            before = asyncio.all_tasks()
            await keys.close()
            assert not [each for each in before if "IssuerKeys" in repr(each) and not each.done()]


# Asking once ---------------------------------------------------------------------------------------


async def test_the_first_lookup_fetches_and_the_next_do_not() -> None:
    async with world("a") as w:
        assert w.keys.current() is None
        assert w.keys.age_s() is None
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert kids(await w.keys.lookup(None)) == {"a"}
        assert w.asked == 1
        assert w.keys.age_s() == 0


async def test_a_thousand_who_wait_share_one_fetch() -> None:
    """F12: a new kid appears in a thousand requests at once."""
    async with world("a") as w:
        await w.fetched()
        w.issuer.publish("a", "b")
        answers = await asyncio.gather(*(w.keys.lookup("b") for _ in range(1000)))
        assert all(kids(answer) == {"a", "b"} for answer in answers)
        assert w.asked == 2


async def test_a_cancelled_leader_takes_nobody_along() -> None:
    """F29."""
    async with world("a") as w:
        w.issuer.gate = asyncio.Event()
        leader = asyncio.create_task(w.keys.lookup("a"))
        await until(lambda: w.asked == 1)
        followers = [asyncio.create_task(w.keys.lookup("a")) for _ in range(3)]
        await asyncio.sleep(0)
        leader.cancel()
        followers[0].cancel()
        await asyncio.sleep(0)
        w.issuer.gate.set()
        assert kids(await followers[1]) == kids(await followers[2]) == {"a"}
        assert leader.cancelled()
        assert followers[0].cancelled()
        assert w.asked == 1


async def test_everybody_who_waits_for_a_failure_is_told_so() -> None:
    """F30: and the failure is not remembered as "no such key"."""
    async with world("a") as w:
        w.issuer.status = 500
        answers = await asyncio.gather(*(w.keys.lookup("a") for _ in range(100)))
        assert all(isinstance(answer, Unavailable) for answer in answers)
        assert w.asked == 1
        assert isinstance(await w.keys.lookup("a"), Unavailable)
        w.issuer.status = 200
        w.time.advance(30)
        assert kids(await w.keys.lookup("a")) == {"a"}


async def test_after_a_failure_an_unknown_kid_is_not_called_unknown() -> None:
    async with world("a") as w:
        await w.fetched()
        w.issuer.status = 500
        assert isinstance(await w.keys.lookup("b"), Unavailable)
        assert isinstance(await w.keys.lookup("b"), Unavailable)
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert w.asked == 2


async def test_who_misses_a_kid_during_a_fetch_is_not_answered_by_it() -> None:
    """The fetch in the air may have read the set from before the rotation: then there is another."""
    async with world("a") as w:
        w.issuer.gate = asyncio.Event()
        first = asyncio.create_task(w.keys.lookup("a"))
        await until(lambda: w.asked == 1)
        second = [asyncio.create_task(w.keys.lookup("b")) for _ in range(50)]
        w.time.advance(30)
        await asyncio.sleep(0)
        first.add_done_callback(lambda _: w.issuer.publish("a", "b"))
        w.issuer.gate.set()
        assert kids(await first) == {"a"}
        assert [kids(answer) for answer in await asyncio.gather(*second)] == [{"a", "b"}] * 50
        assert w.asked == 2


# Unknown kids --------------------------------------------------------------------------------------


async def test_an_unknown_kid_asks_once_in_a_cooldown() -> None:
    async with world("a") as w:
        await w.keys.lookup("a")
        w.time.advance(30)
        assert kids(await w.keys.lookup("x")) == {"a"}
        assert kids(await w.keys.lookup("y")) == {"a"}
        assert w.asked == 2
        w.time.advance(29.9)
        await w.keys.lookup("z")
        assert w.asked == 2
        w.issuer.publish("a", "z")
        w.time.advance(0.2)
        assert kids(await w.keys.lookup("z")) == {"a", "z"}  # F13: right after the cooldown
        assert w.asked == 3


@pytest.mark.long
@pytest.mark.parametrize("status", [200, 500])
async def test_a_flood_of_unknown_kids_costs_no_more_than_the_budget(status: int) -> None:
    """F14: 10 000 distinct kids at once, minute by minute, also while every fetch fails."""
    async with world("a") as w:
        w.keys.start()
        await until(lambda: w.keys.current() is not None)
        w.issuer.status = status
        for minute in range(3):
            before = w.asked
            for part in range(4):
                await asyncio.gather(*(w.keys.lookup(f"{minute}-{part}-{each}") for each in range(2500)))
                assert kids(await w.keys.lookup("a")) == {"a"}
                w.time.advance(15)
                await asyncio.sleep(0.005)
            assert w.asked - before <= 4


async def test_the_budget_counts_everything() -> None:
    async with world("a", timing=Timing(cooldown_s=0, budget=3)) as w:
        for each in range(10):
            await w.keys.lookup(f"unknown-{each}")
        assert w.asked == 3
        w.time.advance(60)
        await w.keys.lookup("unknown")
        assert w.asked == 4


# Refreshing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cache_control", "ttl"),
    [("max-age=600", 600), ("max-age=0", 60), ("no-store", 60), ("max-age=31536000", 3600), ("", 300)],
)
async def test_refreshed_at_four_fifths_of_what_the_issuer_asks_within_bounds(
    cache_control: str, ttl: float
) -> None:
    """F17."""
    async with world("a") as w:
        w.issuer.headers = {"Cache-Control": cache_control}
        w.keys.start()
        await w.time.asleep()
        assert w.asked == 1
        w.time.advance(ttl * 0.8 - 0.1)
        await asyncio.sleep(0.005)
        assert w.asked == 1
        w.time.advance(0.2)
        await until(lambda: w.asked == 2)
        await w.time.asleep()
        assert w.notes.outcomes == ["refreshed", "unchanged"]


async def test_a_key_that_the_issuer_removes_stops_at_the_next_refresh() -> None:
    async with world("a", "b") as w:
        w.keys.start()
        await w.time.asleep()
        w.issuer.publish("b")
        assert kids(w.keys.current()) == {"a", "b"}
        w.time.advance(300)
        await until(lambda: kids(w.keys.current()) == {"b"})


async def test_the_same_kid_with_new_material_is_the_new_material() -> None:
    """F16."""
    async with world("a") as w:
        w.keys.start()
        await w.time.asleep()
        before = w.keys.current()
        w.issuer.publish("a")
        w.time.advance(300)
        await until(lambda: w.keys.current() is not before)
        after = w.keys.current()
        assert before is not None
        assert after is not None
        assert after.keys[0].kid == "a"
        assert after.keys[0].thumbprint != before.keys[0].thumbprint


async def test_an_unchanged_document_is_the_same_set() -> None:
    async with world("a") as w:
        before = await w.keys.lookup("a")
        w.time.advance(30)
        assert await w.keys.lookup("unknown") is before
        assert w.asked == 2


async def test_a_lookup_that_refreshed_puts_the_background_off() -> None:
    async with world("a") as w:
        w.keys.start()
        await w.time.asleep()
        w.time.advance(200)
        await w.keys.lookup("unknown")
        w.time.advance(100)
        await w.time.asleep()
        await asyncio.sleep(0.005)
        assert w.asked == 2


# Failures ------------------------------------------------------------------------------------------


def _status(status: int) -> Callable[[Issuer], None]:
    def break_it(issuer: Issuer) -> None:
        issuer.status = status

    return break_it


def _document(document: bytes) -> Callable[[Issuer], None]:
    def break_it(issuer: Issuer) -> None:
        issuer.document = document

    return break_it


def _html(issuer: Issuer) -> None:
    issuer.document, issuer.media_type = b"<html>", "text/html"


def _hang(issuer: Issuer) -> None:
    issuer.gate = asyncio.Event()


def _redirect(issuer: Issuer) -> None:
    issuer.status, issuer.headers = 302, {"Location": "/login"}


BROKEN = [
    (_status(500), "status"),
    (_status(503), "status"),
    (_status(404), "status"),
    (_status(429), "status"),
    (_redirect, "redirect"),
    (_hang, "timeout"),
    (_html, "content_type"),
    (_document(b""), "jwks_malformed"),
    (_document(b"<html>"), "jwks_malformed"),
    (_document(b"[]"), "jwks_malformed"),
    (_document(b"null"), "jwks_malformed"),
    (_document(b"{}"), "jwks_malformed"),
    (_document(b'{"keys":{}}'), "jwks_malformed"),
    (_document(b'{"keys":"x"}'), "jwks_malformed"),
    (_document(b'{"keys":[NaN]}'), "jwks_malformed"),
    (_document(b'{"keys":[],"keys":[]}'), "jwks_malformed"),
    (_document(b"[" * 100_000), "jwks_malformed"),
    (_document(b'{"keys":' + b"[" * 1000), "jwks_malformed"),
    (_document(b'{"keys":[' + b",".join([b"{}"] * 65) + b"]}"), "jwks_malformed"),
    (_document(b'{"keys":[' + b",".join([b"{}"] * 100_000) + b"]}"), "jwks_malformed"),
    (_document(b'{"keys":[' + b"[]" * 200_000 + b"]}"), "jwks_malformed"),
    (_document(b'{"keys":[],' + b",".join(b'"%d":0' % n for n in range(9_000)) + b"}"), "jwks_malformed"),
    (_document(b'{"keys":[]}'), "no_usable_key"),
    (_document(b'{"keys":[1,null]}'), "no_usable_key"),
    (_document(b'{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'), "no_usable_key"),
    (_document(b"x" * (512 * 1024 + 1)), "too_large"),
]


@pytest.mark.long
@pytest.mark.parametrize(("break_it", "outcome"), BROKEN)
async def test_whatever_breaks_the_known_keys_stay_until_they_are_too_old(
    break_it: Callable[[Issuer], None], outcome: str
) -> None:
    """F05, F06, F09, F10: an error changes nothing, and never lets anything through in the end."""
    async with world("a", deadlines=SOON if break_it is _hang else None) as w:
        w.keys.start()
        await w.time.asleep()
        while w.notes.outcomes[-1:] == ["timeout"]:  # it was in too much of a hurry for a good one as well
            w.time.advance(300)
            await w.time.asleep()
        before = len(w.notes.outcomes)
        break_it(w.issuer)
        w.time.advance(300)
        await until(lambda: len(w.notes.outcomes) > before)
        assert w.notes.outcomes[before - 1 :] == ["refreshed", outcome]
        assert kids(await w.keys.lookup("a")) == {"a"}
        w.time.now += 86400 - 300
        assert w.keys.age_s() == 86400
        assert kids(w.keys.current()) == {"a"}
        w.time.now += 1
        assert w.keys.current() is None
        assert isinstance(await w.keys.lookup("a"), Unavailable)


async def test_an_issuer_that_comes_back_is_believed_again() -> None:
    async with world("a") as w:
        w.issuer.status = 500
        w.keys.start()
        await w.time.asleep()
        assert isinstance(await w.keys.lookup("a"), Unavailable)
        w.issuer.status = 200
        w.time.advance(2)
        await until(lambda: w.keys.current() is not None)
        assert w.notes.outcomes == ["status", "status", "refreshed"]


async def test_failures_in_a_row_are_tried_ever_less_often() -> None:
    async with world("a") as w:
        w.issuer.status = 500
        w.keys.start()
        waits: list[float] = []
        for _ in range(14):
            await w.time.asleep()
            (until_s, _event) = w.time.sleepers[0]
            waits.append(until_s - w.time.now)
            w.time.advance(waits[-1])
        assert waits[:4] == [0.75, 1.5, 3.0, pytest.approx(60 - 5.25)]  # the fourth waits for the budget
        assert max(waits) == 225  # 300 s, with half of the jitter
        assert sorted(waits[4:]) == waits[4:]


@pytest.mark.parametrize(("retry_after", "hold_s"), [("120", 120), ("3600", 300), ("1000000000", 300)])
async def test_retry_after_is_honored_within_bounds(retry_after: str, hold_s: float) -> None:
    """F08."""
    async with world("a") as w:
        w.issuer.status, w.issuer.headers = 429, {"Retry-After": retry_after}
        w.keys.start()
        await w.time.asleep()
        w.time.advance(hold_s - 1)
        answer = await w.keys.lookup("a")
        assert isinstance(answer, Unavailable)
        assert answer.retry_after_s == 1
        assert w.asked == 1
        w.time.advance(1)
        await until(lambda: w.asked == 2)


@pytest.mark.long
@pytest.mark.parametrize("retry_after", ["-1", "soon", "", "0"])
async def test_a_retry_after_without_sense_is_ignored(retry_after: str) -> None:
    async with world("a") as w:
        w.issuer.status, w.issuer.headers = 429, {"Retry-After": retry_after}
        await w.keys.lookup("a")
        answer = await w.keys.lookup("a")
        assert answer == Unavailable(30)
        w.time.advance(30)
        await w.keys.lookup("a")
        assert w.asked == 2


async def test_known_keys_are_not_slowed_by_an_issuer_that_hangs() -> None:
    """F01: only who asks for an unknown kid waits. (That it ends with the deadline: see above.)"""
    async with world("a") as w:
        await w.fetched()
        w.issuer.gate = asyncio.Event()
        slow = asyncio.create_task(w.keys.lookup("unknown"))
        await until(lambda: w.asked == 2)
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert not slow.done()
        w.issuer.gate.set()
        assert kids(await slow) == {"a"}


async def test_a_lost_connection_costs_one_request() -> None:
    time, notes = FakeTime(), Notes()
    async with raw_server(says(b"")) as site:
        keys = issuer_keys(KeysAtUri(site.url), time, notes)
        assert isinstance(await keys.lookup("a"), Unavailable)
        await keys.close()
    assert notes.outcomes == ["connect"]
    assert site.connections == 1


async def test_our_own_bug_is_an_outage_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    def boom(document: bytes) -> KeySet:
        raise ZeroDivisionError

    async with world("a") as w:
        with monkeypatch.context() as patched:
            patched.setattr("gateway.sources.jwks.parse_jwks", boom)
            assert isinstance(await w.keys.lookup("a"), Unavailable)
        assert w.notes.outcomes == ["internal"]
        assert isinstance(reported[0]["exception"], ZeroDivisionError)
        w.time.advance(30)
        assert kids(await w.keys.lookup("a")) == {"a"}


@pytest.mark.long
async def test_unfit_keys_are_told_and_the_others_stand() -> None:
    async with world("a") as w:
        body = json.loads(w.issuer.document)
        body["keys"].append({"kty": "oct", "k": "c2VjcmV0"})
        w.issuer.document = json.dumps(body).encode()
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert w.notes.unfit == [["symmetric key"]]


# The end -------------------------------------------------------------------------------------------


async def test_close_ends_everything_and_answers_who_waits() -> None:
    async with world("a") as w:
        w.keys.start()
        await w.time.asleep()
        w.issuer.gate = asyncio.Event()
        waiting = asyncio.create_task(w.keys.lookup("b"))
        await until(lambda: w.asked == 2)
        await w.keys.close()
        assert isinstance(await waiting, Unavailable)
        assert kids(await w.keys.lookup("a")) == {"a"}
        assert isinstance(await w.keys.lookup("b"), Unavailable)
        w.keys.start()
        w.time.advance(3600)
        await asyncio.sleep(0.005)
        assert w.asked == 2
        assert asyncio.all_tasks() == {asyncio.current_task()} | {
            each for each in asyncio.all_tasks() if "RequestHandler" in repr(each)
        }


# Other places --------------------------------------------------------------------------------------


async def test_a_rediscovered_issuer() -> None:
    """The metadata is read once, and again after a failure, for the keys may have moved."""
    time, notes, old, new = FakeTime(), Notes(), Issuer(), Issuer()
    old.publish("a")
    new.publish("b")
    path = "/old"

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        match request.path:
            case "/.well-known/openid-configuration":
                issuer = f"http://{request.host}"
                return web.json_response({"issuer": issuer, "jwks_uri": issuer + path})
            case "/old" if path == "/old":
                return await old(request)
            case "/new":
                return await new(request)
            case _:
                return web.Response(status=404)

    async with website(serve) as site:
        keys = issuer_keys(KeysDiscovered(site.url), time, notes)
        assert kids(await keys.lookup("a")) == {"a"}
        assert site.paths == ["/.well-known/openid-configuration", "/old"]
        path = "/new"
        time.advance(60)
        assert isinstance(await keys.lookup("b"), Unavailable)
        time.advance(60)
        assert kids(await keys.lookup("b")) == {"b"}
        assert site.paths[2:] == ["/old", "/.well-known/openid-configuration", "/new"]
        await keys.close()


async def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    time, notes = FakeTime(), Notes()
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(jwk("a"), jwk("b")))
    keys = issuer_keys(KeysInFile(str(file)), time, notes)
    keys.start()
    await time.asleep()
    assert kids(keys.current()) == {"a", "b"}
    file.write_bytes(jwks(jwk("b")))
    time.advance(1)
    await until(lambda: kids(keys.current()) == {"b"})
    await keys.close()


async def test_a_lookup_looks_at_a_file_at_most_once_a_second(tmp_path: Path) -> None:
    time, notes = FakeTime(), Notes()
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(jwk("a")))
    keys = issuer_keys(KeysInFile(str(file)), time, notes)
    assert kids(await keys.lookup("b")) == {"a"}
    file.write_bytes(jwks(jwk("b")))
    assert kids(await keys.lookup("b")) == {"a"}
    time.advance(1)
    assert kids(await keys.lookup("b")) == {"b"}
    assert len(notes.outcomes) == 2


async def test_a_swapped_link_is_followed_and_a_missing_file_is_an_outage(tmp_path: Path) -> None:
    """As the kubelet swaps a projected volume."""
    time, notes = FakeTime(), Notes()
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "jwks.json").write_bytes(jwks(jwk(name)))
    link = tmp_path / "data"
    link.symlink_to("a")
    keys = issuer_keys(KeysInFile(str(link / "jwks.json")), time, notes)
    assert kids(await keys.lookup("a")) == {"a"}
    (tmp_path / "next").symlink_to("b")
    (tmp_path / "next").replace(link)
    time.advance(1)
    assert kids(await keys.lookup("b")) == {"b"}
    link.unlink()
    time.advance(1)
    assert kids(await keys.lookup("b")) == {"b"}
    assert isinstance(await keys.lookup("c"), Unavailable)
    assert notes.outcomes[-1] == "file_unreadable"
    time.advance(86401)
    assert keys.current() is None


async def test_a_socket_that_nobody_listens_on() -> None:
    time, notes = FakeTime(), Notes()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        keys = issuer_keys(KeysAtUri(f"http://127.0.0.1:{unused.getsockname()[1]}/"), time, notes)
        assert isinstance(await keys.lookup(None), Unavailable)
    assert notes.outcomes == ["connect"]
