"""What is there to try, and what does the backend get?"""

import asyncio
import json
import shutil
import sys
from typing import Any, Final

from aiohttp import ClientConnectionError, ClientSession

from gateway.dev.identity_provider import IdentityProvider
from gateway.dev.sample import HOST, Ports

_PATIENCE: Final = 100
"""Looks at nginx's port, 50 ms apart: it forks before it listens."""


def text(ports: Ports, downstream: dict[str, Any]) -> str:
    """Write the commands to copy, and the downstream token that a backend got just now."""
    command = "gateway" if shutil.which("gateway") else f"{sys.executable} -m gateway"
    get_token = f"{command} token --provider http://{HOST}:{ports.provider}"
    front = f"http://{HOST}:{ports.front}"
    return f"""\
Token Gateway, development set-up on loopback. DEVELOPMENT ONLY: the identity provider gives a token to all.

  nginx {front}  ->  gateway :{ports.decision}  ->  echo backend :{ports.backend}
  identity provider :{ports.provider}   keys :{ports.keys}   metrics http://{HOST}:{ports.admin}/metrics

Allowed: the backend shows what it received, and our token, verified.
  curl -i {front}/v1/orders -H "Authorization: Bearer $({get_token} --scope orders:read)"

Refused, 401: no token.
  curl -i {front}/v1/orders

Refused, 403: the wrong scope.
  curl -i -X POST {front}/v1/orders -H "Authorization: Bearer $({get_token} --scope orders:read)"

Refused, 401: expired.
  curl -i {front}/v1/orders -H "Authorization: Bearer $({get_token} --scope orders:read --expired)"

Refused, 403: not on the list.
  curl -i {front}/v1/customers -H "Authorization: Bearer $({get_token} --scope orders:read)"

A token that the backend got in place of the client's:
{json.dumps(downstream, indent=2)}

One decision record a request follows. Ctrl-C stops everything.
"""


async def downstream_token(ports: Ports, provider: IdentityProvider) -> dict[str, Any]:
    """Send one request through everything and give what the backend saw of our token."""
    headers = {"Authorization": f"Bearer {provider.issue(scope='orders:read')}"}
    url = f"http://{HOST}:{ports.front}/v1/orders"
    async with ClientSession() as session:
        for _ in range(_PATIENCE):
            try:
                async with session.get(url, headers=headers) as answer:
                    answer.raise_for_status()
                    return dict((await answer.json())["authorization"])
            except ClientConnectionError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")
