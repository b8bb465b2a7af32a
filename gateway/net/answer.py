"""Is what the issuer answered a document that we asked for?"""

from dataclasses import dataclass, field

import aiohttp

from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.freshness import max_age_s, retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document that came with the status and one of the media types that were asked for."""

    body: bytes = field(repr=False)
    media_type: str
    max_age_s: int | None
    """What is left of the server's `max-age`, not bounded; None where it named none."""
    status: int = 200


async def read_answer(
    response: aiohttp.ClientResponse, accept: tuple[str, ...], max_bytes: int, status: int = 200
) -> Fetched:
    """Read the document: of this status, not encoded, of one of the media types, within `max_bytes`.

    Raises: FetchFailed. Never: reads the body of anything else, or more than one chunk too much.
    """
    if 300 <= response.status < 400:
        raise FetchFailed(FailureKind.REDIRECT, status=response.status)
    if response.status != status:
        wait_s = retry_after_s(response.headers)
        raise FetchFailed(FailureKind.STATUS, status=response.status, retry_after_s=wait_s)
    if _is_encoded(response):
        raise FetchFailed(FailureKind.BAD_ENCODING)
    if "Content-Type" not in response.headers or response.content_type not in accept:
        raise FetchFailed(FailureKind.CONTENT_TYPE)
    body = await _body(response, max_bytes)
    return Fetched(
        body=body, media_type=response.content_type, max_age_s=max_age_s(response.headers), status=status
    )


def _is_encoded(response: aiohttp.ClientResponse) -> bool:
    encodings = response.headers.getall("Content-Encoding", [])
    transfers = response.headers.getall("Transfer-Encoding", [])
    return any(each.strip().lower() not in {"", "identity"} for each in encodings) or any(
        each.strip().lower() != "chunked" for each in transfers
    )


async def _body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if (response.content_length or 0) > max_bytes:
        raise FetchFailed(FailureKind.TOO_LARGE)
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise FetchFailed(FailureKind.TOO_LARGE)
    return bytes(body)
