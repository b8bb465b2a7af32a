"""`gateway token`: a development token from the provider of `gateway dev`."""

import json
import urllib.parse
import urllib.request
from argparse import Namespace
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, Final
from urllib.error import URLError

from gateway.cli.output import EX_FINDINGS, EX_OK, Commands, complain, say

_TIMEOUT_S: Final = 5


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("token", help="get a development token", description=__doc__)
    parser.add_argument("--provider", required=True, help="the URL that `gateway dev` prints; loopback only")
    parser.add_argument("--scope", default="", help="scopes, separated by spaces")
    parser.add_argument("--subject", default="dev-user")
    parser.add_argument("--audience", default="https://api.example.com")
    parser.add_argument("--lifetime", type=int, default=300, help="seconds")
    parser.add_argument("--expired", action="store_true", help="a token that expired a minute ago")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print one token; exit 1 where the provider gives none."""
    if not _is_loopback(arguments.provider):
        return complain("--provider is the development provider on loopback, such as http://127.0.0.1:4190")
    form = urllib.parse.urlencode(
        {
            "grant_type": "client_credentials",
            "scope": arguments.scope,
            "subject": arguments.subject,
            "audience": arguments.audience,
            # Past the default leeway of 30 s: 60 s ago it had expired.
            "lifetime": -60 if arguments.expired else arguments.lifetime,
        }
    ).encode()
    try:
        print(_ask(arguments.provider, form))
    except (OSError, HTTPException, ValueError, TypeError, KeyError) as error:
        why = str(error) if isinstance(error, URLError) else type(error).__name__
        say(f"{arguments.provider} gave no token: {why}. Is `gateway dev` running?")
        return EX_FINDINGS
    return EX_OK


# --- private ---


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The address was checked to be loopback; another one was not."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _ask(provider: str, form: bytes) -> str:
    # Nor through the proxy of the environment: it has another loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    with opener.open(f"{provider.rstrip('/')}/token", form, _TIMEOUT_S) as answer:
        return str(json.load(answer)["access_token"])


def _is_loopback(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            return False
        return parts.hostname == "localhost" or ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
