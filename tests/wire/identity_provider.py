"""How does a test get tokens from a real OpenID Provider, and break that provider?"""

import base64
import json
import urllib.parse
import urllib.request
from enum import Enum
from pathlib import Path
from typing import Any, Self

from tests.wire.components import Component, locate, node_package
from tests.wire.processes import Program

_DIRECTORY = Path(__file__).parent / "oidc-provider"
AUDIENCE = "https://api.example.com"


class Fault(Enum):
    """How the provider serves its keys and its metadata. Tokens are issued all the same."""

    NONE = "none"
    REFUSES = "refuses"
    UNAVAILABLE = "unavailable"
    HANGS = "hangs"
    GARBAGE = "garbage"
    EMPTY = "empty"


def version() -> str:
    """The version of npm's oidc-provider. Raises `ComponentMissing`."""
    return node_package(_DIRECTORY, "oidc-provider")


class IdentityProvider:
    """npm oidc-provider on loopback. A context manager.

    Clients: `reader` (orders:read), `writer` (orders:read orders:write), `unscoped` (no scope is
    allowed), `short-lived` (its tokens live for one second).
    """

    def __init__(self, directory: Path) -> None:
        version()
        self.program = Program([locate(Component.NODE), _DIRECTORY / "op.mjs"], directory)
        try:
            self.program.wait_for(lambda: self._ready() is not None, "both listeners")
            ready = self._ready()
            assert ready is not None
        except BaseException:
            self.program.stop()
            raise
        self.issuer = ready["issuer"]
        self.jwks_uri = f"{self.issuer}/jwks"
        self._control = ready["control"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    def token(
        self,
        client: str,
        scope: str | None = None,
        *,
        audience: str = AUDIENCE,
        algorithm: str = "RS256",
    ) -> str:
        """A JWT access token by client_credentials. Raises `HTTPError` where it is refused.

        `algorithm` is RS256, ES256 or EdDSA. Without a scope the token carries none.
        """
        form = {"grant_type": "client_credentials", "resource": f"{audience}/{algorithm}"}
        if scope is not None:
            form["scope"] = scope
        credentials = base64.b64encode(f"{client}:{client}-secret".encode()).decode()
        answer = _fetch(
            f"{self.issuer}/token",
            urllib.parse.urlencode(form).encode(),
            {"Authorization": f"Basic {credentials}"},
        )
        token: str = answer["access_token"]
        return token

    def rotate_keys(self, *, keep_old: bool = False) -> list[str]:
        """Sign with new keys from now on. Returns the published kids."""
        kids: list[str] = self._command("rotate", {"keep": "yes"} if keep_old else {})["kids"]
        return kids

    def break_with(self, fault: Fault) -> None:
        """Serve keys and metadata like this from now on; `Fault.NONE` repairs it."""
        self._command("fault", {"is": fault.value})

    def jwks_fetches(self) -> int:
        """How often the keys were asked for, in whatever way they were answered."""
        count: int = _fetch(f"{self._control}/fetched")["jwks"]
        return count

    def _command(self, name: str, query: dict[str, str]) -> Any:
        return _fetch(f"{self._control}/{name}?{urllib.parse.urlencode(query)}", b"")

    def _ready(self) -> dict[str, str] | None:
        line, newline, _ = self.program.stdout.read_text().partition("\n")
        ready: dict[str, str] | None = json.loads(line) if newline else None
        return ready


def _fetch(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, body, headers or {})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
