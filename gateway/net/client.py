"""How is an issuer asked for a document, or an API server, whatever the network answers?

One request, one connection, one deadline. Addresses are judged where they are dialed
(`gateway.net.dialer`), the answer where it is read (`gateway.net.answer`).
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Final, Literal

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from gateway.net.address_policy import may_dial
from gateway.net.answer import Fetched, read_answer
from gateway.net.authorities import TlsContext
from gateway.net.dialer import Dialer
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.outbound import Outbound
from gateway.net.resolver import OwnThreadResolver
from gateway.net.token_file import TokenFileUnfit, read_token
from gateway.net.url import Origin, UrlRefused, check_url, origin

MAX_BYTES: Final = 512 * 1024


Method = Literal["GET", "PUT", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds until we give up: for the whole fetch, and within it for name, TCP and TLS."""

    total_s: float = 5.0
    connect_s: float = 2.5


class OutboundClient:
    """Fetches for one issuer, as the operator allowed it.

    With a `proxy`, the operator named the machine that is dialed: it may be private (never a metadata
    service). Names behind it are resolved by the proxy, whose rules then hold; IP literals are still
    judged here.
    """

    def __init__(
        self, outbound: Outbound, *, own_url: str | None = None, deadlines: Deadlines | None = None
    ) -> None:
        """`own_url` is the URL the operator wrote: only its https origin is sent the token file."""
        self._outbound = outbound
        self._deadlines = deadlines or Deadlines()
        self._token_origin = _token_origin(own_url)
        self._tls = TlsContext(outbound.ca_file, strict=not outbound.old_certificates)

    @property
    def allow_http(self) -> bool:
        """Whether plain http is allowed for this issuer: also for what its metadata names."""
        return self._outbound.allow_http

    async def get(self, url: str, *, accept: tuple[str, ...], max_bytes: int = MAX_BYTES) -> Fetched:
        """Fetch one document, which must be of one of the media types in `accept`. As `ask`."""
        return await self.ask("GET", url, accept=accept, max_bytes=max_bytes)

    async def ask(
        self,
        method: Method,
        url: str,
        *,
        accept: tuple[str, ...],
        max_bytes: int = MAX_BYTES,
        document: bytes | None = None,
    ) -> Fetched:
        """Ask once, with a JSON document or without, for one of the media types in `accept`.

        Raises: FetchFailed, also when the deadline has passed: what was asked may then have been done.
        Never: follows a redirect, stores or sends a cookie, reads proxies or passwords from the
        environment, decompresses, asks twice, keeps the connection, or holds more than `max_bytes`.
        """
        try:
            async with asyncio.timeout(self._deadlines.total_s):
                asked = _Asked(method=method, url=self._checked(url), accept=accept, document=document)
                return await self._fetch(asked, max_bytes)
        except FetchFailed as failed:
            failure = FetchFailed(failed.kind, status=failed.status, retry_after_s=failed.retry_after_s)
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            failure = FetchFailed(_kind(error))
        raise failure  # outside of `except`: not even its context holds what aiohttp's errors say

    # --- private ---

    def _checked(self, text: str) -> URL:
        try:
            url = check_url(text, allow_http=self._outbound.allow_http)
        except UrlRefused:
            raise FetchFailed(FailureKind.URL) from None
        literal = _ip_literal(url)
        if literal is not None and not self._may_dial(literal):
            raise FetchFailed(FailureKind.ADDRESS_REFUSED)
        return url

    def _may_dial(self, address: str) -> bool:
        return may_dial(address, allow_private_network=self._outbound.allow_private_network)

    async def _fetch(self, asked: "_Asked", max_bytes: int) -> Fetched:
        dialer = Dialer(
            allow_private_network=self._outbound.allow_private_network or self._outbound.proxy is not None
        )
        headers = await self._headers(asked)
        connector = _Connector(await self._tls.context(), dialer)
        async with self._session(connector) as session:
            try:
                async with session.request(
                    asked.method,
                    asked.url,
                    data=asked.document,
                    headers=headers,
                    proxy=self._outbound.proxy,
                    allow_redirects=False,
                ) as response:
                    created = asked.method == "POST"
                    try:
                        return await read_answer(response, asked.accept, max_bytes, 201 if created else 200)
                    finally:
                        await session.close()  # what has not been read to its end as well
            except aiohttp.ClientConnectorError:
                if dialer.refused and not dialer.dialed:
                    raise FetchFailed(FailureKind.ADDRESS_REFUSED) from None
                raise
            finally:
                connector.cut()

    async def _headers(self, asked: "_Asked") -> dict[str, str]:
        headers = {
            "Accept": ", ".join(asked.accept),
            "Accept-Encoding": "identity",
            "User-Agent": "token-gateway",
        }
        if asked.document is not None:
            headers["Content-Type"] = "application/json"
        path = self._outbound.token_file
        if path is not None and origin(asked.url) == self._token_origin:
            try:
                headers["Authorization"] = f"Bearer {await asyncio.to_thread(read_token, path)}"
            except TokenFileUnfit:
                raise FetchFailed(FailureKind.TOKEN_FILE) from None
        return headers

    def _session(self, connector: "_Connector") -> aiohttp.ClientSession:
        """One for each fetch. Its connection is left to it until it ends."""
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            middlewares=(_ask_once,),
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=self._deadlines.connect_s,
                sock_connect=self._deadlines.connect_s,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request, judged by `_checked`."""

    method: Method
    url: URL
    accept: tuple[str, ...]
    document: bytes | None = field(repr=False)


class _Connector(aiohttp.TCPConnector):
    """Keeps hold of its connections.

    aiohttp lets go of one whose answer has ended and says that it is the last. Over TLS its end takes then as
    long as the other side likes, up to half a minute, and longer than a loop that has nothing else to do.
    """

    def __init__(self, tls: ssl.SSLContext, dialer: Dialer) -> None:
        super().__init__(ssl=tls, resolver=OwnThreadResolver(), use_dns_cache=False, socket_factory=dialer)
        self._held: list[asyncio.Transport] = []

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the name is aiohttp's
    ) -> Connection:
        """As aiohttp calls it."""
        connection = await super().connect(req, traces, timeout)
        if connection.transport is not None:
            self._held.append(connection.transport)
        return connection

    def cut(self) -> None:
        """Close all of them now. What was said last has been sent."""
        for transport in self._held:
            transport.abort()


class _Disconnected(aiohttp.ClientError):
    """The connection ended before the answer did."""


async def _ask_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Hide from aiohttp that a lost connection invites a second try: the budget counts requests."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise _Disconnected from None


# First match wins: the later ones are the bases of the earlier ones.
_KINDS: Final = (
    (aiohttp.ClientProxyConnectionError, FailureKind.PROXY),
    (aiohttp.ClientHttpProxyError, FailureKind.PROXY),
    (aiohttp.ClientConnectorDNSError, FailureKind.CONNECT),
    (aiohttp.ClientSSLError, FailureKind.TLS),
    (ssl.SSLError, FailureKind.TLS),
    (aiohttp.ClientConnectorError, FailureKind.CONNECT),
    (TimeoutError, FailureKind.TIMEOUT),
    (aiohttp.InvalidURL, FailureKind.URL),
    (OSError, FailureKind.CONNECT),
    (RuntimeError, FailureKind.CONNECT),  # uvloop, for some failures of a socket
    (_Disconnected, FailureKind.CONNECT),
)


def _kind(error: Exception) -> FailureKind:
    return next((kind for cls, kind in _KINDS if isinstance(error, cls)), FailureKind.PROTOCOL)


def _ip_literal(url: URL) -> str | None:
    """The host where it is an IP literal; with a zone it is one too."""
    host = url.raw_host or ""
    return host if ":" in host or host.replace(".", "").isdigit() else None


def _token_origin(own_url: str | None) -> Origin | None:
    if own_url is None:
        return None
    try:
        return origin(check_url(own_url, allow_http=False))
    except UrlRefused:
        return None
