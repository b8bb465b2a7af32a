"""What do the options of a Caddyfile show to others: its log, its administration, whom it believes?"""

import ipaddress
from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.normal.caddy_logs import credentials_place
from gateway.audit.normal.caddy_sites import options_of
from gateway.audit.normal.caddyfile import texts_of
from gateway.audit.rule import Hit, View
from gateway.config.problem import show


def credentials(view: View) -> Iterator[Hit]:
    """CDY-004."""
    for text in texts_of(view.estate):
        place = credentials_place(options_of(text))
        if place is not None:
            yield Hit(place, "log_credentials writes Authorization and Cookie down")


def logs(view: View) -> Iterator[Hit]:
    """CDY-005."""
    for one in view.exposures:
        for logged in one.logs if one.controller is Controller.CADDY else ():
            if logged.name in _WORDS:
                yield Hit(logged.place, f"{_WORDS[logged.name]} is written to the log", about=logged.name)


def admin(view: View) -> Iterator[Hit]:
    """CDY-006."""
    for text in texts_of(view.estate):
        for one in options_of(text):
            address = one.arguments[0] if one.name == "admin" and one.arguments else "localhost"
            if not _is_local(address):
                yield Hit(one.place, f"it listens at {show(address)}")


def trusted(view: View) -> Iterator[Hit]:
    """CDY-009."""
    for text in texts_of(view.estate):
        for line in _trusting(options_of(text)):
            for word in line.arguments:
                if _is_everybody(word):
                    yield Hit(line.place, f"{show(word)} is believed", about=word)


# --- private ---

_WORDS: Final = {"query": "the query, with any token in it,", "x-api-key": "every header, X-Api-Key too,"}
_SMALLEST: Final = {4: 8, 6: 16}
"""A network that is larger is more than anybody's own."""


def _is_local(address: str) -> bool:
    plain = address.partition("://")[2] or address
    return plain == "off" or plain.startswith(("unix/", "fd/", "localhost", "127.", "[::1]", "{$"))


def _trusting(options: tuple[Directive, ...]) -> Iterator[Directive]:
    """`servers { trusted_proxies static ... }`, and that of a `reverse_proxy` is not asked about here."""
    for one in options:
        if one.name == "servers":
            yield from one.within("trusted_proxies")


def _is_everybody(word: str) -> bool:
    try:
        network = ipaddress.ip_network(word, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _SMALLEST[network.version]
