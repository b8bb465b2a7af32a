"""Which hosts, addresses and origins does this text mean?"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_network
from typing import Final

from gateway.config.problem import Unfit, show_value
from gateway.core.policy import HostPattern, Network

ANYONE: Final = "anyone"
EVERYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def parse_host_pattern(text: str) -> HostPattern:
    """Read `name[:port]`, `*.name[:port]`, an IPv4 or a bracketed IPv6 address.

    Raises: Unfit for anything that `gateway.core.host` could not read from a request as well: upper
    case, names in Unicode, a final dot, a wildcard anywhere but before two labels.
    """
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise Unfit(*_why_no_authority(text))
    port = None if match["port"] is None else int(match["port"])
    if port is not None and not 1 <= port <= 65535:
        raise Unfit("the port is not between 1 and 65535", "correct the port or leave it out")
    if match["literal"] is not None:
        return HostPattern(name=_ipv6(match["literal"]), port=port)
    _check_name(match["name"], wildcard=match["wildcard"] is not None)
    return HostPattern(name=(match["wildcard"] or "") + match["name"], port=port)


def parse_peers(text: str) -> tuple[Network, ...]:
    """Read an address, a CIDR network or the name `anyone`.

    Raises: Unfit for host bits that are set, IPv4 mapped into IPv6, and a network of everything.
    """
    if text == ANYONE:
        return EVERYWHERE
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise Unfit(
            f"{show_value(text)} is neither an address nor a network",
            "write it as 10.42.0.0/16 or 2001:db8::/32",
        ) from None
    if "%" in text:
        raise Unfit("has a zone", "write the address without % and what follows")
    if "/" in text and not text.partition("/")[2].isdigit():
        raise Unfit(f"{show_value(text)} has a zone or a netmask", f"write {network.with_prefixlen}")
    if "/" in text and ip_network(text.partition("/")[0]).network_address != network.network_address:
        raise Unfit(
            f"{show_value(text)} has host bits set",
            f"write {network} for the network or {text.partition('/')[0]} for the one address",
        )
    if network.prefixlen == 0:
        raise Unfit(
            f"{text} lets the whole world ask", f"name the proxies, or write {ANYONE} if that is meant"
        )
    if network.version == 6 and network.network_address.ipv4_mapped is not None:
        raise Unfit(f"{show_value(text)} is IPv4 written as IPv6", "write the IPv4 address or network")
    return (network,)


def parse_origin(text: str) -> str:
    """Read a serialized origin (RFC 6454 section 6.2), as a browser sends it.

    Raises: Unfit for `*`, `null`, a path, upper case, a default port.
    """
    if text in {"*", "null"}:
        raise Unfit(f"{text} is no origin: these routes take credentials", "name every origin")
    scheme, separator, authority = text.partition("://")
    if scheme not in _DEFAULT_PORTS or not separator:
        raise Unfit("is not an origin", "write https://app.example.com")
    if "/" in authority:
        raise Unfit("an origin has no path and no / at its end", "leave off what follows the host")
    host = parse_host_pattern(authority)
    if host.wildcard:
        raise Unfit("an origin has no wildcard", "name every origin")
    if host.port == _DEFAULT_PORTS[scheme]:
        raise Unfit(f"a browser leaves out port {host.port}", "leave the port out")
    return text


def parse_listening_host(text: str) -> str:
    """Read an IP address to listen on. Raises: Unfit for names: they may resolve to anything."""
    for kind in (IPv4Address, IPv6Address):
        try:
            return str(kind(text))
        except AddressValueError:
            continue
    raise Unfit("is not an IP address", "write 127.0.0.1, 0.0.0.0, :: or another address, without brackets")


# --- private ---

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_AUTHORITY: Final = re.compile(
    rf"(?:\[(?P<literal>[0-9a-f:.]{{2,45}})\]|(?P<wildcard>\*\.)?(?P<name>{_LABEL}(?:\.{_LABEL})*))"
    r"(?::(?P<port>[0-9]{1,6}))?"
)


def _why_no_authority(text: str) -> tuple[str, str]:
    if not text.isascii():
        return "is not ASCII", "write the name as xn--... (its A-label, RFC 5890)"
    if text != text.lower():
        return f"{show_value(text)} is not lower case", f"write {show_value(text.lower())}"
    if "://" in text or "/" in text:
        return "is a URL, not a host", "leave out the scheme and the path"
    if text.count(":") > 1 and "[" not in text:
        return "an IPv6 address needs brackets", f"write [{text}]"
    if text.rstrip("0123456789").rstrip(":").endswith("."):
        return "ends in a dot", "leave the last dot off: api.example.com and api.example.com. are one host"
    if "*" in text:
        return "* is the whole first label or nowhere", "write *.example.com, or name the hosts"
    return f"{show_value(text)} is not a host", "write api.example.com, api.example.com:8443 or [2001:db8::1]"


def _ipv6(literal: str) -> str:
    try:
        return str(IPv6Address(literal))
    except AddressValueError:
        raise Unfit("is not an IPv6 address in brackets", "write [2001:db8::1]") from None


def _check_name(name: str, *, wildcard: bool) -> None:
    labels = name.split(".")
    if len(name) > 253:
        raise Unfit("is longer than a host name can be (253)", "shorten it")
    if wildcard and len(labels) < 2:
        raise Unfit(
            f"*.{show_value(name)} would cover a whole top-level domain", "write at least two labels after *."
        )
    if labels[-1].isdigit():
        try:
            IPv4Address(name)
        except AddressValueError:
            raise Unfit(
                f"{show_value(name)} ends in a number and is not an IPv4 address", "write all four numbers"
            ) from None
        if wildcard:
            raise Unfit("an address has no wildcard", "name the addresses")
    for label in labels:
        if label.startswith("xn--") and not _is_a_label(label):
            raise Unfit(f"{show_value(label)} is not a name in A-label form", "encode the name again")


def _is_a_label(label: str) -> bool:
    """Whether it decodes, and to something that is not ASCII (RFC 5890 section 2.3.2.1)."""
    try:
        return not label.removeprefix("xn--").encode("ascii").decode("punycode").isascii()
    except UnicodeError:
        return False
