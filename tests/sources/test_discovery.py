"""Is an issuer's metadata found in every place it may be, and believed only about that issuer?"""

import json

import pytest
from aiohttp import web

from gateway.net.client import OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.sources.asking import Asking
from gateway.sources.budget import Budget
from gateway.sources.discovery import Discovery, read_jwks_uri, well_known_urls
from gateway.sources.outcome import KeysFault, KeysUnread
from tests.net.servers import Handler, Site, website
from tests.sources.issuer import LOOPBACK

ISSUER = "https://idp.example"
OIDC, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


@pytest.mark.parametrize(
    ("issuer", "urls"),
    [
        ("https://idp.example", [OIDC, OAUTH]),
        ("https://idp.example/", [OIDC, OAUTH]),
        (
            "https://idp.example/realms/prod",
            ["/realms/prod" + OIDC, OAUTH + "/realms/prod", OIDC + "/realms/prod"],
        ),
        (
            "https://idp.example/realms/prod/",
            ["/realms/prod" + OIDC, OAUTH + "/realms/prod", OIDC + "/realms/prod"],
        ),
    ],
)
def test_the_places(issuer: str, urls: list[str]) -> None:
    assert list(well_known_urls(issuer)) == ["https://idp.example" + url for url in urls]


def metadata(**members: object) -> bytes:
    return json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", **members}).encode()


def fault_of(document: bytes, *, allow_http: bool = False) -> KeysFault:
    with pytest.raises(KeysUnread) as caught:
        read_jwks_uri(document, issuer=ISSUER, allow_http=allow_http)
    assert "evil" not in str(caught.value)
    return caught.value.fault


def test_kubernetes_metadata_is_enough() -> None:
    """It has no token endpoint, and an authorization endpoint that is no URL."""
    document = metadata(
        authorization_endpoint="urn:kubernetes:programmatic_authorization",
        response_types_supported=["id_token"],
        jwks_uri="https://10.0.0.1:6443/openid/v1/jwks",
    )
    found = read_jwks_uri(document, issuer=ISSUER, allow_http=False)
    assert found == "https://10.0.0.1:6443/openid/v1/jwks"


@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example",
        "https://idp.example/",
        "https://IDP.example",
        "https://idp.example:443",
        None,
        1,
        [],
    ],
)
def test_another_issuer_is_refused_even_if_only_spelled_differently(issuer: object) -> None:
    assert fault_of(metadata(issuer=issuer)) is KeysFault.ISSUER_DIFFERS


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://idp.example/jwks",
        "https://evil@idp.example/jwks",
        "https://idp.example/jwks#evil",
        "/jwks",
        "file:///etc/evil",
        "",
        None,
        1,
        ["https://idp.example/jwks"],
    ],
)
def test_a_jwks_uri_that_we_do_not_fetch_is_refused(jwks_uri: object) -> None:
    assert fault_of(metadata(jwks_uri=jwks_uri)) is KeysFault.JWKS_URI_REFUSED


def test_http_only_where_allowed() -> None:
    document = metadata(jwks_uri="http://idp.example/jwks")
    assert read_jwks_uri(document, issuer=ISSUER, allow_http=True) == "http://idp.example/jwks"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"issuer":"https://idp.example","issuer":"https://idp.example"}',
        b'{"a":' * 1000,
        b"\xff",
    ],
)
def test_what_is_not_metadata_is_refused(document: bytes) -> None:
    assert fault_of(document) is KeysFault.METADATA_MALFORMED


@pytest.mark.parametrize(
    "issuer", ["http://idp.example", "https://u:secret@idp.example", "https://idp.example/?secret", "idp", ""]
)
def test_an_issuer_that_is_no_url_is_refused_at_once(issuer: str) -> None:
    asking = Asking(OutboundClient(LOOPBACK), Budget(limit=4, window_s=60, clock=lambda: 0))
    with pytest.raises(ValueError, match=r"^issuer: ") as caught:
        Discovery(issuer, asking, allow_http=False)
    assert "secret" not in str(caught.value)


def discovery(site: Site, path: str = "", *, limit: int = 4) -> Discovery:
    asking = Asking(OutboundClient(LOOPBACK), Budget(limit=limit, window_s=60, clock=lambda: 0))
    return Discovery(site.url + path, asking, allow_http=True)


def only_at(place: str, *, otherwise: int = 404, issuer_path: str = "/realm") -> Handler:
    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        if request.path != place:
            return web.Response(status=otherwise, text="<html>", content_type="text/html")
        root = f"http://{request.host}"
        return web.json_response({"issuer": root + issuer_path, "jwks_uri": root + "/jwks"})

    return serve


PLACES = ["/realm" + OIDC, OAUTH + "/realm", OIDC + "/realm"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("otherwise", [200, 302, 400, 403, 404])
async def test_found_in_each_place_and_remembered(place: str, otherwise: int) -> None:
    async with website(only_at(place, otherwise=otherwise)) as site:
        found = discovery(site, "/realm")
        assert await found.jwks_uri() == f"{site.url}/jwks"
        assert site.paths == PLACES[: PLACES.index(place) + 1]
        site.requests.clear()
        await found.jwks_uri()
        assert site.paths == [place]


async def test_found_nowhere_is_the_failure_of_the_first_place() -> None:
    async with website(only_at("nowhere", otherwise=403)) as site:
        with pytest.raises(FetchFailed) as caught:
            await discovery(site, "/realm").jwks_uri()
    assert (caught.value.kind, caught.value.status) == (FailureKind.STATUS, 403)
    assert len(site.requests) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_not_asked_elsewhere(status: int) -> None:
    async with website(only_at(PLACES[1], otherwise=status)) as site:
        with pytest.raises(FetchFailed) as caught:
            await discovery(site, "/realm").jwks_uri()
    assert caught.value.status == status
    assert len(site.requests) == 1


async def test_metadata_of_another_issuer_ends_the_search() -> None:
    async with website(only_at(PLACES[0], issuer_path="/other")) as site:
        with pytest.raises(KeysUnread) as caught:
            await discovery(site, "/realm").jwks_uri()
    assert caught.value.fault is KeysFault.ISSUER_DIFFERS
    assert len(site.requests) == 1


async def test_the_search_keeps_to_the_budget() -> None:
    async with website(only_at("nowhere")) as site:
        with pytest.raises(KeysUnread) as caught:
            await discovery(site, "/realm", limit=2).jwks_uri()
    assert caught.value.fault is KeysFault.BUDGET_SPENT
    assert len(site.requests) == 2
