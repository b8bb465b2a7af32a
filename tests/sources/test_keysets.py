"""Is each issuer's set its own, present only while it may be believed?"""

import asyncio
from pathlib import Path

import pytest

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.trust import KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.outbound import Outbound
from gateway.sources.keysets import IssuerSource, KeySources
from tests.net.certificates import Authority
from tests.net.servers import website
from tests.sources.fake_time import FakeTime, until
from tests.sources.issuer import LOOPBACK, Issuer, Notes, jwk, jwks


def kids(keys: KeySet | Unavailable) -> set[str | None]:
    assert isinstance(keys, KeySet)
    return {key.kid for key in keys.keys}


async def test_two_issuers_live_side_by_side(tmp_path: Path) -> None:
    time, notes, corp = FakeTime(), Notes(), Issuer()
    corp.publish("same")
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(jwk("same")))
    async with website(corp) as site:
        sources = KeySources(
            [
                IssuerSource(issuer_id="corp", location=KeysAtUri(site.url), outbound=LOOPBACK),
                IssuerSource(issuer_id="filed", location=KeysInFile(str(file))),
                IssuerSource(issuer_id="down", location=KeysAtUri("http://127.0.0.1:1"), outbound=LOOPBACK),
            ],
            ambience=time.ambience,
            observer=notes,
        )
        assert dict(sources.keys) == {}
        assert not sources.ready("corp")
        await sources.start()
        await until(lambda: len(sources.keys) == 2)
        assert set(sources.keys) == {"corp", "filed"}
        assert sources.keys["corp"].keys[0].thumbprint != sources.keys["filed"].keys[0].thumbprint
        assert sources.ready("corp")
        assert not sources.ready("down")
        assert sources.age_s("corp") == 0
        assert sources.age_s("down") is None
        assert kids(await sources.resolve(KeysNeeded("corp"))) == {"same"}
        assert kids(await sources.resolve(KeysNeeded("filed", "same"))) == {"same"}
        assert isinstance(await sources.resolve(KeysNeeded("down", "same")), Unavailable)
        await sources.close()
        await sources.close()
        time.now += 86401  # nobody refreshes any more: what is too old vanishes by itself
        assert dict(sources.keys) == {}
        assert sources.keys.get("corp") is None
        assert "corp" not in sources.keys


async def test_nothing_runs_before_start_and_after_close() -> None:
    time, issuer = FakeTime(), Issuer()
    issuer.publish("a")
    async with website(issuer) as site:
        before = asyncio.all_tasks()
        source = IssuerSource(issuer_id="corp", location=KeysAtUri(site.url), outbound=LOOPBACK)
        sources = KeySources([source], ambience=time.ambience)
        assert asyncio.all_tasks() == before
        await sources.start()
        await sources.start()
        assert len(asyncio.all_tasks() - before) == 1
        await sources.close()
        assert asyncio.all_tasks() == before
        assert site.requests == []


async def test_an_issuer_that_was_never_named_is_an_error() -> None:
    sources = KeySources([], ambience=FakeTime().ambience)
    with pytest.raises(KeyError):
        await sources.resolve(KeysNeeded("nobody"))
    assert "nobody" not in sources.keys


def test_the_same_id_twice_is_refused() -> None:
    source = IssuerSource(issuer_id="corp", location=KeysInFile("jwks.json"))
    with pytest.raises(ValueError, match="named twice"):
        KeySources([source, source], ambience=FakeTime().ambience)


def test_an_issuer_that_is_no_url_is_refused() -> None:
    source = IssuerSource(issuer_id="corp", location=KeysDiscovered("http://idp.example"))
    with pytest.raises(ValueError, match="issuer"):
        KeySources([source], ambience=FakeTime().ambience)


async def test_the_token_file_goes_to_the_uri_that_the_operator_wrote(tmp_path: Path) -> None:
    """As for the keys of a Kubernetes API server."""
    authority, api_server = Authority(tmp_path), Issuer(media_type="application/jwk-set+json")
    api_server.publish("a")
    (tmp_path / "token").write_text("projected\n")
    outbound = Outbound(
        ca_file=str(authority.file), allow_private_network=True, token_file=str(tmp_path / "token")
    )
    async with website(api_server, tls=authority.server_context()) as site:
        location = KeysAtUri(f"{site.url}/openid/v1/jwks")
        source = IssuerSource(issuer_id="cluster", location=location, outbound=outbound)
        sources = KeySources([source], ambience=FakeTime().ambience)
        assert kids(await sources.resolve(KeysNeeded("cluster", "a"))) == {"a"}
        await sources.close()
    assert [each.headers.get("Authorization") for each in site.requests] == ["Bearer projected"]


@pytest.mark.long
async def test_an_issuer_that_is_reached_as_before_is_not_fetched_again() -> None:
    time, kept, left = FakeTime(), Issuer(), Issuer()
    kept.publish("kept")
    left.publish("left")
    async with website(kept) as kept_site, website(left) as left_site:

        def at(issuer_id: str, url: str) -> IssuerSource:
            return IssuerSource(issuer_id=issuer_id, location=KeysAtUri(url), outbound=LOOPBACK)

        first = KeySources(
            [at("kept", kept_site.url), at("moved", left_site.url), at("gone", left_site.url)],
            ambience=time.ambience,
        )
        assert first.untried == {"kept", "moved", "gone"}
        await first.start()
        await until(lambda: len(first.keys) == 3)
        assert first.untried == frozenset()
        heir = KeySources(
            [at("kept", kept_site.url), at("moved", kept_site.url + "/elsewhere")],
            ambience=time.ambience,
            predecessor=first,
        )
        assert set(heir.keys) == {"kept"}
        assert heir.issuer_ids == {"kept", "moved"}
        await heir.start()
        await first.close_all_but(heir)
        await until(lambda: len(heir.keys) == 2)
        assert len(kept_site.requests) == 2  # once for each of the heir's issuers
        assert kids(heir.keys["moved"]) == {"kept"}
        # Who still holds the former ones keeps what they knew, and asks nobody for more.
        assert kids(first.keys["moved"]) == {"left"}
        asked = len(left_site.requests)
        assert kids(await first.resolve(KeysNeeded("gone", "left"))) == {"left"}
        assert isinstance(await first.resolve(KeysNeeded("gone", "other")), Unavailable)
        assert len(left_site.requests) == asked
        document = heir.believed("kept")
        assert document is not None
        assert (document.body, document.keys) == (kept.document, heir.keys["kept"])
        await heir.close()


async def test_a_first_attempt_that_failed_was_an_attempt() -> None:
    source = IssuerSource(issuer_id="down", location=KeysAtUri("http://127.0.0.1:1"), outbound=LOOPBACK)
    sources = KeySources([source], ambience=FakeTime().ambience)
    assert sources.untried == {"down"}
    assert isinstance(await sources.resolve(KeysNeeded("down")), Unavailable)
    assert sources.untried == frozenset()
    assert sources.believed("down") is None
    await sources.close()
