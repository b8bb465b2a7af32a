"""May this peer ask under this policy, and whom does it serve?

Peers are networks that the operator listed; an empty list trusts nobody. Beside its address a peer says a
secret, unless the operator has asked for less by name. An IPv4 address mapped into IPv6 is that IPv4 address.
What a peer tells about its client's address is for the record only.
"""

from functools import lru_cache
from hmac import compare_digest
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from gateway.core.headers import Headers
from gateway.core.policy import Network, Policy
from gateway.core.reason import Reason, Refusal
from gateway.dialects.wire import HttpRequest

CALLER: Final = b"x-token-gateway-caller"
"""In which a proxy says its secret, once."""
NOBODY: Final = "0.0.0.0"  # noqa: S104 - a record's "unknown", never bound


def check_caller(request: HttpRequest, policy: Policy) -> None:
    """Refuse whoever may not ask; the detail names the address and the setting to change.

    Somebody else who asks has found a way around the ingress, or the setting lacks one of its addresses.
    Raises: Refusal(peer_untrusted | caller_unproven).
    """
    peer, secrets, identities = request.peer, policy.caller_secrets, policy.caller_identities
    if not is_listed(peer, policy.peer_networks):
        raise Refusal(Reason.PEER_UNTRUSTED, f"{peer} is not in policies.{policy.id}.peers")
    if not secrets and not identities:
        return
    if identities.isdisjoint(request.identities) and not _says_one(request.values(CALLER), secrets):
        wanted = " and ".join(("says no secret",) * bool(secrets) + ("shows no identity",) * bool(identities))
        raise Refusal(Reason.CALLER_UNPROVEN, f"{peer} {wanted} of policies.{policy.id}.callers")


def as_proven(request: HttpRequest, policy: Policy) -> HttpRequest:
    """Ask as one of the policy's callers does, where the request says no secret itself."""
    if request.values(CALLER):
        return request
    if not policy.caller_secrets:
        return request._replace(identities=policy.caller_identities)
    return request._replace(headers=Headers.of((*request.headers.pairs, (CALLER, policy.caller_secrets[0]))))


@lru_cache(maxsize=4096)
def client_address(text: bytes | None) -> str:
    """Give one address in its canonical form; where the proxy names none, the one that is nobody's.

    Raises: Refusal(carrier_malformed) for anything but an address.
    """
    if text is None:
        return NOBODY
    address = _address(text.decode("ascii", "replace"))
    if address is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "client address")
    return str(address)


def nearest_address(forwarded_for: bytes | None) -> str:
    """Give the right-most address of an X-Forwarded-For: the one that the peer itself has seen."""
    if forwarded_for is None:
        return NOBODY
    return client_address(forwarded_for.rpartition(b",")[2].strip(b" \t"))


@lru_cache(maxsize=1024)
def is_listed(peer: str, peers: frozenset[Network]) -> bool:
    """Whether the peer is in one of the networks. What is no address is in none."""
    address = _address(peer)
    return address is not None and any(address in network for network in peers)


# --- private ---


def _says_one(said: list[bytes], secrets: tuple[bytes, ...]) -> bool:
    """Each is compared, and in constant time: how long it takes tells nothing of any of them."""
    alike = [compare_digest(said[0] if len(said) == 1 else b"", secret) for secret in secrets]
    return any(alike)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if "%" in text:  # a zone is free text (RFC 4007 section 11.2), and means nothing on another machine
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
