"""What is there to try, and what does the backend get?"""

import asyncio
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientConnectionError, ClientSession

from gateway.dev.identity_provider import IdentityProvider
from gateway.dev.ports import HOST, Ports

WIDTH: Final = 100
"""No line is longer, unless the path of this Python is."""

_PATIENCE: Final = 400
"""Looks at nginx's port, 50 ms apart: it starts while we look, and on a busy machine slowly."""


def text(ports: Ports, downstream: dict[str, Any], *, edge: bool = False) -> str:
    """Write the commands to copy, and the downstream token that a backend got just now."""
    parts = {name: f"http://{HOST}:{getattr(ports, name)}" for name in _PARTS}
    return _TEXT.format(
        **parts,
        in_front=(_AT_THE_EDGE if edge else _BEHIND_NGINX).format(**parts),
        tries="\n".join(_tries(ports)),
        token=json.dumps(downstream, indent=2),
    )


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


# --- private ---

_PARTS: Final = ("front", "provider", "backend", "decision", "keys", "admin")

_BEHIND_NGINX: Final = """\
  nginx               {front:26} call this one
  gateway             {decision:26} nginx asks it about every request"""

_AT_THE_EDGE: Final = """\
  gateway             {front:26} call this one: it stands in front itself"""

_TEXT: Final = """\

Token Gateway on loopback. DEVELOPMENT ONLY: the identity provider gives a token to all who ask.

{in_front}
  backend             {backend:26} shows what it received
  identity provider   {provider:26} makes tokens
  public keys         {keys}/.well-known/jwks.json
  metrics             {admin}/metrics

{tries}
In place of the client's token the backend got this one, and verified it:

{token}

Try the commands in a second terminal: one decision record a request follows. Ctrl-C ends it all.
"""


def _tries(ports: Ports) -> Iterator[str]:
    orders, customers = (f"http://{HOST}:{ports.front}/v1/{name}" for name in ("orders", "customers"))
    yield from _try("200", "allowed: the scope is there", f"curl -i {orders}", ports, "--scope orders:read")
    yield from _try("401", "refused: no token", f"curl -i {orders}", ports, None)
    yield from _try(
        "403", "refused: the wrong scope", f"curl -i -X POST {orders}", ports, "--scope orders:read"
    )
    yield from _try("401", "refused: expired", f"curl -i {orders}", ports, "--scope orders:read --expired")
    yield from _try("403", "refused: not on the list", f"curl -i {customers}", ports, "--scope orders:read")


def _try(status: str, why: str, curl: str, ports: Ports, token: str | None) -> Iterator[str]:
    """One command as a whole: it can be pasted into any shell, whatever was pasted before."""
    yield f"# {status}, {why}"
    if token is None:
        yield f"{curl}\n"
        return
    yield f'{curl} -H "Authorization: Bearer $('
    command, options = f"  {_command()} token", f'--provider http://{HOST}:{ports.provider} {token})"'
    one_line = f"{command} {options}"
    yield f"{one_line}\n" if len(one_line) <= WIDTH else f"{command} \\\n    {options}\n"


def _command() -> str:
    """How this very program is called from any folder: by its name only where that finds it."""
    script = Path(sys.executable).with_name("gateway")
    found = shutil.which("gateway")
    if found is not None and Path(found).resolve() == script.resolve():
        return "gateway"
    return shlex.quote(str(script)) if script.exists() else f"{shlex.quote(sys.executable)} -m gateway"
