"""What do the routes of a policy mean?"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.config.http_names import parse_method, parse_upstream
from gateway.config.identities import parse_identity
from gateway.config.problem import Unfit, show_value
from gateway.config.schema_policies import ClaimSection, RequireSection, RouteDownstreamSection, RouteSection
from gateway.config.schema_types import octets, seconds
from gateway.config.spot import Spot
from gateway.config.token_names import (
    parse_audience,
    parse_claim_path,
    parse_client,
    parse_copied_claim,
    parse_oddity,
    parse_scope,
)
from gateway.config.upstream import MAX_BODY
from gateway.core.mint import MAX_LIFE_S, MIN_LIFE_S
from gateway.core.policy import (
    Access,
    AudienceIncludes,
    CertificateShows,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClientIs,
    Downstream,
    Requirement,
    Route,
    ScopesInclude,
    SubjectForm,
    TokenBound,
)
from gateway.core.route import RouteConflict, RouteTable, parse_template


class Known(NamedTuple):
    """What the main file says for every route: which ids there are (None where it leaves that in doubt: then
    nothing is said), and how large a body may be.
    """

    issuers: frozenset[str] | None
    upstreams: frozenset[str] | None
    max_body: int = MAX_BODY


def compile_routes(sections: tuple[RouteSection, ...], known: Known, spot: Spot) -> RouteTable:
    """Compile the routes of one policy; `spot` is its `routes`. What is wrong goes to the spot."""
    places: dict[str, Spot] = {}
    routes: list[Route] = []
    for index, section in enumerate(sections):
        here = spot / index
        route = _route(section, known, here)
        if section.id in places:
            (here / "id").refuse("another route of this policy has this id", "rename one of the two")
        else:
            places[section.id] = here
            routes.append(route)
    return _table(routes, places)


# --- private ---


def _table(routes: list[Route], places: dict[str, Spot]) -> RouteTable:
    """Index the routes; of two that conflict the later is told and left out, until none is left."""
    while True:
        try:
            return RouteTable.build(routes)
        except RouteConflict as conflict:
            routes = [route for route in routes if route.id != conflict.second_id]
            (places[conflict.second_id] / "paths").refuse(
                str(conflict), f"give one path and method to one route; the other is {conflict.first_id}"
            )


def _route(section: RouteSection, known: Known, spot: Spot) -> Route:
    public = section.access == "public"
    if public:
        _check_public(section, spot)
    else:
        _check_token(section, known.issuers, spot)
    return Route(
        id=section.id,
        access=Access.PUBLIC if public else Access.TOKEN,
        methods=frozenset((spot / "methods").read_each(parse_method, section.methods)),
        paths=(spot / "paths").read_each(_path, section.paths),
        issuers=frozenset(section.issuers or ()),
        requirements=tuple(_requirements(section.require, spot / "require")),
        downstream=_downstream(section, spot / "downstream"),
        admit_in_path=frozenset(
            (spot / "allow_in_path").read_each(parse_oddity, section.allow_in_path or ())
        ),
        websocket=section.websocket,
        upstream=_upstream(section.upstream, known.upstreams, spot / "upstream"),
        timeout_s=_timeout(section.timeout, spot / "timeout"),
        max_body=known.max_body if section.max_body is None else octets(section.max_body),
    )


def _upstream(text: str | None, known: frozenset[str] | None, spot: Spot) -> str | None:
    """An id, or a URL: no id holds a colon."""
    if text is None:
        return None
    if ":" in text:
        url = spot.read(parse_upstream, text)
        return None if url is None else url.removesuffix("/")
    if known is not None and text not in known:
        named = (
            f"one of {', '.join(sorted(known))}" if known else "a URL, such as http://orders.shop.svc:8080"
        )
        spot.refuse(f"{show_value(text)} is not among upstreams", f"write {named}")
    return text


def _timeout(text: str | None, spot: Spot) -> int | None:
    if text is not None and seconds(text) == 0:
        spot.refuse("is no time at all", "write 60s")
    return None if text is None else seconds(text)


def _check_public(section: RouteSection, spot: Spot) -> None:
    spot.warn("public: everybody gets through without a token")
    for name in ("issuers", "require", "downstream"):
        if getattr(section, name) is not None:
            (spot / name).refuse("does nothing on a public route", "remove it, or write access: token")


def _check_token(section: RouteSection, issuer_ids: frozenset[str] | None, spot: Spot) -> None:
    if section.issuers is None:
        (spot / "issuers").refuse(
            "is missing: with access: token no issuer is admitted by default", "add issuers: [ID]"
        )
    for index, issuer_id in enumerate(section.issuers or ()):
        if issuer_ids is not None and issuer_id not in issuer_ids:
            known = ", ".join(sorted(issuer_ids))
            (spot / "issuers" / index).refuse(
                f"there is no issuer {show_value(issuer_id)}", f"write one of {known}"
            )
    if section.require is None:
        (spot / "require").refuse(
            "is missing: every valid token of the issuers would be let in",
            "add require: {scopes: [orders:read]}, or require: {any_valid_token: true} if that is meant",
        )
    if section.downstream is None:
        (spot / "downstream").refuse(
            "is missing: with access: token the backend gets a token of its own",
            "add downstream: {audience: orders}",
        )
    elif section.downstream.subject == "bare" and len(set(section.issuers or ("one",))) != 1:
        (spot / "downstream" / "subject").refuse(
            "bare, where two issuers may each have an alice", "write qualified, or admit exactly one issuer"
        )


def _path(text: str) -> str:
    try:
        parse_template(text)
    except ValueError as error:
        raise Unfit(
            f"is not a path template: {error}", 'write "/v1/orders", "/v1/orders/{order}" or "/v1/**"'
        ) from None
    return text


def _requirements(section: RequireSection | None, spot: Spot) -> Iterator[Requirement]:
    if section is None:
        return
    if not section.model_fields_set:
        spot.refuse("is empty", "name what is required, such as scopes: [orders:read]")
    if section.any_valid_token:
        _check_any_valid_token(section, spot)
    if section.scopes is not None:
        yield ScopesInclude(scopes=frozenset((spot / "scopes").read_each(parse_scope, section.scopes)))
    if section.clients is not None:
        yield ClientIs(clients=frozenset((spot / "clients").read_each(parse_client, section.clients)))
    if section.audiences is not None:
        audiences = (spot / "audiences").read_each(parse_audience, section.audiences)
        yield AudienceIncludes(audiences=frozenset(audiences))
    if section.bound:
        yield TokenBound()
    if section.certificate is not None:
        here = spot / "certificate" / "identities"
        identities = here.read_each(parse_identity, section.certificate.identities)
        yield CertificateShows(identities=frozenset(identities))
    for index, claim in enumerate(section.claims or ()):
        yield from _claim(claim, spot / "claims" / index)


def _check_any_valid_token(section: RequireSection, spot: Spot) -> None:
    spot.warn("every valid token of the route's issuers is let in")
    if len(section.model_fields_set) > 1:
        (spot / "any_valid_token").refuse("says that nothing else is required", "remove it, or the others")


def _claim(section: ClaimSection, spot: Spot) -> Iterator[Requirement]:
    path = (spot / "path").read(parse_claim_path, section.path) or ()
    match section:
        case ClaimSection(equals=value, contains=None, matches=None) if value is not None:
            yield ClaimEquals(path=path, value=value)
        case ClaimSection(equals=None, contains=value, matches=None) if value is not None:
            yield ClaimContains(path=path, value=value)
        case ClaimSection(equals=None, contains=None, matches=str() as pattern):
            yield ClaimMatches(path=path, pattern=pattern)
        case _:
            spot.refuse("needs exactly one of equals, contains and matches", "keep or add one of them")


def _downstream(route: RouteSection, spot: Spot) -> Downstream | None:
    section = route.downstream
    if section is None:
        return None
    return Downstream(
        audience=(spot / "audience").read(parse_audience, section.audience) or "",
        scopes=_downstream_scopes(route, section, spot),
        ttl_s=_ttl(section, spot / "ttl"),
        reuse_s=_reuse(section, spot / "reuse"),
        subject=SubjectForm(section.subject),
        copy_claims=(spot / "copy_claims").read_each(parse_copied_claim, section.copy_claims or ()),
        token_type=section.token_type,
    )


def _downstream_scopes(route: RouteSection, section: RouteDownstreamSection, spot: Spot) -> tuple[str, ...]:
    """Those named, or those required: the latter are judged where they are required."""
    if section.scopes is not None:
        scopes = (spot / "scopes").read_each(parse_scope, section.scopes)
    else:
        scopes = (route.require.scopes if route.require else None) or ()
    return tuple(dict.fromkeys(scopes))


def _reuse(section: RouteDownstreamSection, spot: Spot) -> int:
    reuse_s, most = seconds(section.reuse), seconds(section.ttl) - MIN_LIFE_S
    if reuse_s > most >= 0:
        spot.refuse(f"leaves a token less than {MIN_LIFE_S}s to live", f"write at most {most}s")
    return reuse_s


def _ttl(section: RouteDownstreamSection, spot: Spot) -> int:
    ttl_s = seconds(section.ttl)
    if not MIN_LIFE_S <= ttl_s <= MAX_LIFE_S:
        spot.refuse(f"is not between {MIN_LIFE_S}s and {MAX_LIFE_S}s", "write 60s")
    return ttl_s
