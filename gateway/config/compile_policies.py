"""What do the policies of the file mean?"""

from collections.abc import Iterator
from ipaddress import collapse_addresses
from itertools import chain, permutations
from pathlib import Path
from typing import Final, assert_never

from gateway.config.compile_callers import NO_CALLERS, compile_callers
from gateway.config.compile_edge import is_served_at_the_edge
from gateway.config.compile_routes import Known, compile_routes
from gateway.config.host_names import ANYONE, parse_host_pattern, parse_origin, parse_peers
from gateway.config.http_names import (
    parse_cookie_name,
    parse_cors_header,
    parse_credential_header,
    parse_protocol_prefix,
    parse_query_name,
    parse_realm,
)
from gateway.config.schema_policies import (
    BearerSection,
    CookieSection,
    CorsSection,
    CredentialSection,
    HeaderSection,
    PolicySection,
    QuerySection,
    WebSocketProtocolSection,
)
from gateway.config.schema_types import seconds
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot
from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CookieCredential,
    Cors,
    CredentialSource,
    HeaderCredential,
    Network,
    Policy,
    QueryCredential,
    WebSocketProtocolCredential,
)

MAX_PREFLIGHT_S: Final = 86400  # what browsers accept at most is less


def compile_policy(
    policy_id: str,
    section: PolicySection,
    known: Known,
    spot: Spot,
    *,
    directory: Path,
    read_secret: ReadSecret,
) -> Policy:
    """Compile one policy. What is wrong goes to the spot; the result is then not to be used."""
    _check_askers(section, spot)
    _check_protocols(section, spot / "credentials")
    callers = NO_CALLERS
    if section.callers is not None:
        callers = compile_callers(section.callers, directory, spot / "callers", read_secret)
    realm = section.realm and (spot / "realm").read(parse_realm, section.realm)
    return Policy(
        id=policy_id,
        hosts=(spot / "hosts").read_each(parse_host_pattern, section.hosts),
        peers=_peers(section.peers or (), spot / "peers"),
        caller_secrets=callers.secrets,
        caller_identities=callers.identities,
        credentials=tuple(_credentials(section.credentials, spot / "credentials")),
        certificate_from=_certificate_from(section, spot),
        routes=compile_routes(section.routes, known, spot / "routes"),
        cors=_cors(section.cors, spot / "cors"),
        realm=realm or policy_id,
    )


# --- private ---


def _certificate_from(section: PolicySection, spot: Spot) -> CertificateFrom | None:
    """What nobody can say no route may ask for: it would refuse everybody."""
    if section.client_certificate is not None:
        return CertificateFrom(section.client_certificate)
    for index, route in enumerate(section.routes):
        for name in {"bound", "certificate"} & (route.require.model_fields_set if route.require else set()):
            (spot / "routes" / index / "require" / name).refuse(
                "nobody says which certificate a client has shown",
                "add client_certificate: nginx, or the form of your proxy, to the policy",
            )
    return None


def _check_askers(section: PolicySection, spot: Spot) -> None:
    """Who may ask is said, unless nobody may: the edge asks for nobody."""
    if section.peers is None and section.callers is None and is_served_at_the_edge(section):
        return
    if section.peers is None:
        (spot / "peers").refuse("is missing", "add peers: [10.42.0.0/16]")
    if section.callers is None:
        (spot / "callers").refuse("is missing", 'add callers: {secrets: ["env:CALLER_SECRET"]}')


def _check_protocols(section: PolicySection, spot: Spot) -> None:
    """No proxy of others can take a subprotocol out of a handshake: it would always be refused."""
    for index, credential in enumerate(section.credentials):
        if not isinstance(credential, WebSocketProtocolSection):
            continue
        if not is_served_at_the_edge(section):
            (spot / index).refuse(
                "only the edge can take it away", "give the routes an upstream, or remove it"
            )
        elif not any(route.websocket for route in section.routes):
            (spot / index).warn("does nothing: no route has websocket: true")


def _peers(texts: tuple[str, ...], spot: Spot) -> tuple[Network, ...]:
    networks = tuple(chain.from_iterable(spot.read_each(parse_peers, texts)))
    if ANYONE in texts:
        spot.warn("anyone may ask and say what the request was")
    elif any(network.prefixlen == 0 for network in _joined(networks)):
        spot.refuse("together are the whole world", f"name the proxies, or write {ANYONE} if that is meant")
    return networks


def _joined(networks: tuple[Network, ...]) -> Iterator[Network]:
    yield from collapse_addresses(one for one in networks if one.version == 4)
    yield from collapse_addresses(one for one in networks if one.version == 6)


def _credentials(sections: tuple[CredentialSection, ...], spot: Spot) -> Iterator[CredentialSource]:
    seen: set[CredentialSource] = set()
    for index, section in enumerate(sections):
        source = _credential(section, spot / index)
        if source is None:
            continue
        if source in seen:
            (spot / index).refuse("is there twice", "keep one of the two")
        seen.add(source)
        yield source
    prefixes = [one.prefix for one in seen if isinstance(one, WebSocketProtocolCredential)]
    if any(first.startswith(second) for first, second in permutations(prefixes, 2)):
        spot.refuse("one prefix is how another begins", "write prefixes of which none begins with another")
    if {BearerCredential(), HeaderCredential(name="authorization")} <= seen:
        spot.refuse("Authorization is read in two ways", "keep bearer, or the header named authorization")


def _credential(section: CredentialSection, spot: Spot) -> CredentialSource | None:
    match section:
        case BearerSection():
            return BearerCredential()
        case HeaderSection(name=text):
            name = (spot / "name").read(parse_credential_header, text)
            return None if name is None else HeaderCredential(name=name)
        case CookieSection(name=text):
            name = (spot / "name").read(parse_cookie_name, text)
            return None if name is None else CookieCredential(name=name)
        case QuerySection(name=text):
            spot.warn("tokens in the query end up in logs, histories and referrers (RFC 6750 section 2.3)")
            name = (spot / "name").read(parse_query_name, text)
            return None if name is None else QueryCredential(name=name)
        case WebSocketProtocolSection(prefix=text):
            prefix = (spot / "prefix").read(parse_protocol_prefix, text)
            return None if prefix is None else WebSocketProtocolCredential(prefix=prefix)
        case _:
            assert_never(section)


def _cors(section: CorsSection | None, spot: Spot) -> Cors | None:
    if section is None:
        return None
    max_age_s = seconds(section.max_age)
    if max_age_s > MAX_PREFLIGHT_S:
        (spot / "max_age").refuse("is longer than a day", "write 600s")
    defaults = Cors(origins=frozenset())
    return Cors(
        origins=frozenset((spot / "origins").read_each(parse_origin, section.origins)),
        headers=_headers(section.headers, spot / "headers", defaults.headers),
        expose=_headers(section.expose, spot / "expose", defaults.expose),
        credentials=section.credentials,
        max_age_s=max_age_s,
    )


def _headers(names: tuple[str, ...] | None, spot: Spot, default: tuple[str, ...]) -> tuple[str, ...]:
    return default if names is None else spot.read_each(parse_cors_header, names)
