"""Where do the requests go that the edge passes on?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from yarl import URL

from gateway.config.compile_secrets import secret_at
from gateway.config.compile_tls import pair_at
from gateway.config.http_names import parse_upstream
from gateway.config.identities import parse_identity
from gateway.config.problem import Unfit
from gateway.config.schema_edge import HealthSection, UpstreamSection, UpstreamTlsSection
from gateway.config.schema_types import seconds
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot
from gateway.config.upstream import Health, Upstream, UpstreamServer, UpstreamTls
from gateway.core.policy import Policy
from gateway.tls.pair import Pair, UnfitCertificates, check_authority


def compile_upstreams(
    sections: Mapping[str, UpstreamSection], directory: Path, spot: Spot, read: ReadSecret
) -> dict[str, Upstream]:
    """Compile what the file names; `spot` is its `upstreams`. What is wrong goes to the spot."""
    return {
        upstream_id: _upstream(upstream_id, section, directory, spot / upstream_id, read)
        for upstream_id, section in sections.items()
    }


def upstreams_by_url(policies: Iterable[Policy]) -> Iterator[Upstream]:
    """Give an upstream for each URL that a route names: one server, and every default."""
    urls = {
        route.upstream: None
        for policy in policies
        for route in policy.routes.routes
        if route.upstream is not None and "://" in route.upstream
    }
    yield from map(upstream_by_url, urls)


def upstream_by_url(url: str) -> Upstream:
    """Give the upstream of one URL, as `Route.upstream` has it."""
    return Upstream(id=url, servers=(_server(url),))


# --- private ---

_PATH: Final = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@/-]{0,255}")
_PORTS: Final = {"http": 80, "https": 443}


def _upstream(
    upstream_id: str, section: UpstreamSection, directory: Path, spot: Spot, read: ReadSecret
) -> Upstream:
    servers = (spot / "servers").read_each(_server, section.servers)
    secured = {server.scheme == "https" for server in servers}
    if len(secured) > 1:
        (spot / "servers").refuse("some are http and some https", "write all as https, or all as http")
    if len(set(servers)) < len(servers):
        (spot / "servers").refuse("one is there twice", "keep one of the two")
    if section.tls is not None and secured == {False}:
        (spot / "servers").refuse("are http, with which tls does nothing", "write https://, or remove tls")
    return Upstream(
        id=upstream_id,
        servers=servers,
        tls=_tls(section.tls, directory, spot / "tls", read),
        connect_timeout_s=_time(section.connect_timeout, spot / "connect_timeout"),
        first_byte_timeout_s=_time(section.first_byte_timeout, spot / "first_byte_timeout"),
        idle_timeout_s=_time(section.idle_timeout, spot / "idle_timeout"),
        max_requests=section.max_requests,
        health=_health(section.health, spot / "health"),
    )


def _server(text: str) -> UpstreamServer:
    url = URL(parse_upstream(text), encoded=True)
    scheme: Literal["http", "https"] = "https" if url.scheme == "https" else "http"
    return UpstreamServer(scheme=scheme, host=(url.raw_host or "").lower(), port=url.port or _PORTS[scheme])


def _time(text: str, spot: Spot) -> int:
    if seconds(text) == 0:
        spot.refuse("is no time at all", "write 5s, or more")
    return seconds(text)


def _health(section: HealthSection | None, spot: Spot) -> Health | None:
    if section is None:
        return None
    path = (spot / "path").read(_health_path, section.path)
    return Health(path=path or "/", every_s=_time(section.every, spot / "every"))


def _health_path(text: str) -> str:
    if _PATH.fullmatch(text) is None:
        raise Unfit("is not a path", "write /healthz")
    return text


def _tls(section: UpstreamTlsSection | None, directory: Path, spot: Spot, read: ReadSecret) -> UpstreamTls:
    if section is None:
        return UpstreamTls()
    if not section.model_fields_set:
        spot.refuse("is empty", "name ca, names, or certificate and key; or remove it")
    shows = _shows(section, directory, spot, read)
    return UpstreamTls(
        ca=_ca(section.ca, directory, spot / "ca", read),
        certificate=None if shows is None else shows.chain,
        key=None if shows is None else shows.key,
        names=(spot / "names").read_each(parse_identity, section.names or ()),
    )


def _ca(text: str | None, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    pem = None if text is None else secret_at(text, directory, spot, read)
    try:
        if pem is not None:
            check_authority(pem, "the servers")
    except UnfitCertificates as unfit:
        spot.refuse(str(unfit), "name the authority that has signed the servers' certificates")
    return pem


def _shows(section: UpstreamTlsSection, directory: Path, spot: Spot, read: ReadSecret) -> Pair | None:
    if section.certificate is None or section.key is None:
        if section.certificate is not section.key:
            spot.refuse("has only one of certificate and key", "add the other, or remove it")
        return None
    return pair_at(section.certificate, section.key, directory, spot, read)
