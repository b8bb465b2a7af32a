"""How does aiohttp read a request? Says so in one line of JSON on stdout, and answers the same to the client.

usage: python aiohttp_server.py PORT
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Final

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PART: Final = 65536
_MARKED: Final = (
    ("Server", "aiohttp"),
    ("X-Powered-By", "Python"),
    ("Keep-Alive", "timeout=9"),
    ("Proxy-Authenticate", "Basic"),
    ("Alt-Svc", 'h3=":443"'),
    ("Via", "1.1 inner"),
    ("X-Auth-Subject", "inner"),
    ("X-Kept", "yes"),
    ("Set-Cookie", "api_token=tossed; Path=/"),
    ("Set-Cookie", "theme=dark; Path=/"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Credentials", "true"),
)


def keystream(size: int, part: int = _PART) -> Iterator[bytes]:
    """AES-CTR of zeros under a key of zeros: no two places of it are alike, and every language has it."""
    encryptor = Cipher(algorithms.AES(bytes(16)), modes.CTR(bytes(16))).encryptor()
    zeros = bytes(part)
    for at in range(0, size, part):
        yield encryptor.update(zeros[: size - at])


async def serve(request: web.Request) -> web.StreamResponse:
    digest, size = hashlib.sha256(), 0
    async for part in request.content.iter_any():
        digest.update(part)
        size += len(part)
    line = json.dumps(
        {
            "method": request.method,
            "target": request._message.path,
            "headers": [
                [name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers
            ],
            "size": size,
            "digest": digest.hexdigest(),
            "trailers": [],
        }
    )
    print(line, flush=True)
    parts = [*request._message.path.partition("?")[0].split("/"), "", "", "", ""]
    if parts[2] == "bytes":
        return await _bytes(request, parts[3])
    response = web.Response(text=line, content_type="application/json")
    if parts[2] == "marked":
        response.headers.extend(_MARKED)
    return response


async def _bytes(request: web.Request, how_many: str) -> web.StreamResponse:
    response = web.StreamResponse()
    size = int(how_many.removesuffix("s"))
    if how_many.endswith("s"):
        response.content_length = size
    await response.prepare(request)
    for part in keystream(size):
        await response.write(part)
    return response


if __name__ == "__main__":
    app = web.Application(client_max_size=0)
    app.router.add_route("*", "/{tail:.*}", serve)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
