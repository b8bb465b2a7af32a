"""Is the text of a key set read from where the operator said, and from nowhere else?"""

import os
from pathlib import Path

import pytest
from aiohttp import web

from gateway.core.trust import KeyLocation, KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.client import OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.sources.budget import Budget
from gateway.sources.documents import Documents, documents_at
from gateway.sources.outcome import KeysFault, KeysUnread
from tests.net.servers import website
from tests.sources.issuer import LOOPBACK, Issuer


def documents(location: KeyLocation, now: list[float] | None = None) -> Documents:
    time = now or [0.0]
    return documents_at(
        location,
        OutboundClient(LOOPBACK),
        budget=Budget(limit=100, window_s=60, clock=lambda: time[0]),
        metadata_keep_s=3600,
        clock=lambda: time[0],
    )


@pytest.mark.parametrize("media_type", ["application/json", "application/jwk-set+json"])
async def test_at_a_uri(media_type: str) -> None:
    issuer = Issuer(document=b"{}", media_type=media_type, headers={"Cache-Control": "max-age=77"})
    async with website(issuer) as site:
        document = await documents(KeysAtUri(f"{site.url}/keys?p=policy")).read()
    assert (document.body, document.max_age_s) == (b"{}", 77)
    assert site.requests[0].raw_path == "/keys?p=policy"
    assert "{" not in repr(document)


async def test_another_media_type_is_refused() -> None:
    async with website(Issuer(document=b"{}", media_type="text/plain")) as site:
        with pytest.raises(FetchFailed) as caught:
            await documents(KeysAtUri(site.url)).read()
    assert caught.value.kind is FailureKind.CONTENT_TYPE


async def test_discovered_and_discovered_again_after_a_while() -> None:
    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        root = f"http://{request.host}"
        return web.json_response({"issuer": root, "jwks_uri": f"{root}/keys"})

    now = [0.0]
    async with website(serve) as site:
        there = documents(KeysDiscovered(site.url), now)
        for now[0] in (0.0, 1800.0, 3600.0, 3601.0):
            await there.read()
    well_known = "/.well-known/openid-configuration"
    assert site.paths == [well_known, "/keys", "/keys", "/keys", well_known, "/keys"]


async def test_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(b"{}")
    document = await documents(KeysInFile(str(file))).read()
    assert (document.body, document.max_age_s) == (b"{}", None)


async def test_what_is_not_a_small_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * (512 * 1024 + 1))
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, tmp_path / "missing", tmp_path / "pipe", tmp_path / "large", tmp_path / "loop"):
        with pytest.raises(KeysUnread) as caught:
            await documents(KeysInFile(str(path))).read()
        assert caught.value.fault is KeysFault.FILE_UNREADABLE
        assert str(tmp_path) not in str(caught.value)
