"""Through which doors do the requests of a router come: encrypted, and past which middlewares?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Tls
from gateway.audit.normal.traefik.chain import Reference
from gateway.audit.normal.traefik.dynamic import FILE, Index, dynamic
from gateway.audit.normal.traefik.router import Protocol, Router
from gateway.audit.normal.traefik.spelled import get, word
from gateway.audit.normal.traefik.static import EntryPoint, installations

REQUIRED: Final = "RequireAndVerifyClientCert"


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The entry points of one router, as far as they were given."""

    entry_points: tuple[EntryPoint, ...]
    tls: Tls
    middlewares: tuple[Reference, ...]
    """Which come before its own."""
    client_certificates: str | None
    """`clientAuthType`; None where nobody is asked for a certificate, or it cannot be told."""
    certificates_place: Place | None


def doors(estate: Estate, router: Router) -> Doors:
    """Give them."""
    found = tuple(_entry_points(estate, router))
    kind, place = _client_certificates(estate, router, found)
    return Doors(
        entry_points=found,
        tls=_tls(router, found),
        middlewares=tuple(_before(found)) if router.protocol is Protocol.HTTP else (),
        client_certificates=kind,
        certificates_place=place,
    )


# --- private ---


def _entry_points(estate: Estate, router: Router) -> Iterator[EntryPoint]:
    wanted = {one.lower() for one in router.entry_points}
    for installation in installations(estate):
        given = installation.entry_points
        default = [one for one in given if (said := one.get("asdefault")) is not None and said.is_on]
        default = default or [one for one in given if not one.is_for_operators]
        yield from (one for one in given if one.name in wanted) if wanted else default


def _tls(router: Router, found: tuple[EntryPoint, ...]) -> Tls:
    if router.is_passed_through or router.protocol is Protocol.UDP:
        return Tls.PASSED_THROUGH
    if router.tls is not None:
        return Tls.ONLY
    if not found:
        return Tls.UNKNOWN if router.protocol is Protocol.HTTP else Tls.NONE
    kinds = {one.speaks_tls or one.redirects for one in found}
    return Tls.OPTIONAL if len(kinds) > 1 else Tls.ONLY if kinds == {True} else Tls.NONE


def _before(found: tuple[EntryPoint, ...]) -> Iterator[Reference]:
    """The middlewares of the entry points; where these differ, those that all of them have."""
    each = []
    for one in found:
        setting = one.get("http.middlewares")
        each.append(dict.fromkeys(setting.words, setting.place) if setting is not None else {})
    for name, place in each[0].items() if each else ():
        if all(name in other for other in each):
            yield Reference(name, FILE, "", place)


def _client_certificates(
    estate: Estate, router: Router, found: tuple[EntryPoint, ...]
) -> tuple[str | None, Place | None]:
    index = dynamic(estate).tls_options
    if router.tls is None and not any(one.speaks_tls for one in found):
        return None, None
    for namespace, name in _options(router, found, index):
        option = index.find(name, router.provider, namespace)
        if option is not None:
            node = get(option.node, "clientAuth", "clientAuthType")
            return (word(node), option.origin.place(node)) if node is not None else (None, None)
    return None, None


def _options(router: Router, found: tuple[EntryPoint, ...], index: Index) -> Iterator[tuple[str, str]]:
    if router.tls_options is not None:
        yield router.tls_options
        return
    for one in found:
        named = one.get("http.tls.options")
        if named is not None:
            yield "", named.value
            return
    yield "", f"default@{FILE}"
    for namespace in sorted(index.namespaces):  # one of them may have it, and it counts everywhere
        yield namespace, "default"
