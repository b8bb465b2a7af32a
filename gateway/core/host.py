"""Which host does the request claim, and is it one of the policy's?

Compared after lower-casing, cutting one trailing dot and reading the port: never by prefix, suffix or
substring. Whatever is not a plain DNS name or IP literal is refused rather than repaired
(RFC 9110 section 7.2, RFC 3986 section 3.2.2, RFC 1123 section 2.1).
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from gateway.core.facts import Host
from gateway.core.policy import HostPattern
from gateway.core.reason import Reason, Refusal

MAX_NAME: Final = 253  # RFC 1035 section 2.3.4
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def parse_host(authority: bytes) -> Host:
    """Read `host[:port]`. Raises: Refusal(host_malformed), also for user info, lists and empty ports."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Refusal(Reason.HOST_MALFORMED)
    return Host(name=_name(match["name"], match["literal"]), port=_port(match["port"]))


@lru_cache(maxsize=1024)
def host_pattern(host: Host, scheme: str, patterns: frozenset[HostPattern]) -> str | None:
    """Give the pattern that the host matches, an exact one before a wildcard; None where it is none of them.

    A pattern without port means the scheme's default.
    """
    default = DEFAULT_PORTS.get(scheme)
    port = default if host.port is None else host.port
    names = {
        pattern.name
        for pattern in patterns
        if (default if pattern.port is None else pattern.port) == port and _name_matches(host.name, pattern)
    }
    # Two wildcards never match one name: each stands for one label before one domain.
    return host.name if host.name in names else next(iter(names), None)


# --- private ---

_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_AUTHORITY: Final = re.compile(
    rb"(?:\[(?P<literal>[0-9A-Fa-f:.]{2,45})\]|(?P<name>" + _LABEL + rb"(?:\." + _LABEL + rb")*\.?))"
    rb"(?::(?P<port>[1-9][0-9]{0,4}))?"
)


def _name(name: bytes | None, literal: bytes | None) -> str:
    if literal is not None:
        try:
            return str(IPv6Address(literal.decode("ascii")))
        except AddressValueError:
            raise Refusal(Reason.HOST_MALFORMED) from None
    text = (name or b"").decode("ascii").lower().removesuffix(".")
    if len(text) > MAX_NAME:
        raise Refusal(Reason.HOST_MALFORMED)
    return text


def _port(digits: bytes | None) -> int | None:
    if digits is None:
        return None
    port = int(digits)
    if port > 65535:
        raise Refusal(Reason.HOST_MALFORMED)
    return port


def _name_matches(name: str, pattern: HostPattern) -> bool:
    if not pattern.wildcard:
        return name == pattern.name
    label, _, rest = name.partition(".")
    return label != "" and rest == pattern.name[2:]
