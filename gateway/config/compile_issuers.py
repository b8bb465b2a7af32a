"""What do the issuers of the file mean?"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gateway.config.http_names import parse_issuer_url, parse_url
from gateway.config.problem import Unfit
from gateway.config.schema_issuers import GrantSection, IssuerSection
from gateway.config.schema_types import Scalar, seconds
from gateway.config.spot import Spot
from gateway.config.token_names import (
    parse_algorithm,
    parse_audience,
    parse_claim_name,
    parse_claim_path,
    parse_scope,
    parse_token_type,
)
from gateway.config.world import IssuerSource
from gateway.core.policy import ClaimPath, ClaimValue
from gateway.core.presets import PRESETS
from gateway.core.trust import (
    Grant,
    Issuer,
    KeyLocation,
    KeysAtUri,
    KeysDiscovered,
    KeysInFile,
    Shape,
)
from gateway.net.outbound import Outbound

MAX_LEEWAY_S: Final = 300
MAX_LIFETIME_S: Final = 366 * 86400

TENANT_CLAIMS: Final[Mapping[str, tuple[str, ...]]] = {
    "google": ("hd", "sub", "azp"),
    # Ids, not names: a name can be given up and taken by another.
    "github-actions": ("repository_owner_id", "repository_id"),
}
"""Claims that name the operator's tenant, where callers choose the audience themselves: one at least."""


def compile_issuer(issuer_id: str, section: IssuerSection, spot: Spot) -> Issuer:
    """Compile one issuer. What is wrong goes to the spot; the result is then not to be used."""
    _check_name(section, spot)
    return Issuer(
        id=issuer_id,
        issuer=section.issuer,
        audiences=frozenset((spot / "audiences").read_each(parse_audience, section.audiences)),
        shape=_shape(section, spot),
        leeway_s=_within(spot / "leeway", section.leeway, 0, MAX_LEEWAY_S) or 0,
        grants=tuple(
            _grant(grant, spot / "grants" / index) for index, grant in enumerate(section.grants or ())
        ),
        tenant=_tenant(section, spot),
    )


def compile_issuer_source(section: IssuerSection, directory: Path, spot: Spot) -> IssuerSource:
    """Compile where the issuer's keys are and how to get there."""
    return IssuerSource(
        location=_location(section, directory, spot), outbound=_outbound(section, directory, spot)
    )


# --- private ---


def _check_name(section: IssuerSection, spot: Spot) -> None:
    """A name with discovery is a URL; any other name is compared and nothing else."""
    if section.issuer.lower().startswith("http://") and not section.allow_http:
        (spot / "issuer").refuse("is not https", "write https://, or allow_http: true if that is meant")
    discovered = section.jwks_uri is None and section.jwks_file is None
    (spot / "issuer").read(_parse_discovered if discovered else parse_audience, section.issuer)


def _parse_discovered(text: str) -> str:
    try:
        return parse_issuer_url(text)
    except Unfit as unfit:
        what = f"{unfit.what}; without jwks_uri and jwks_file its keys are found from it"
        raise Unfit(what, unfit.fix) from None


def _shape(section: IssuerSection, spot: Spot) -> Shape:
    overrides: dict[str, Any] = {
        "algorithms": _optional(spot / "algorithms", parse_algorithm, section.algorithms),
        "token_types": _token_types(section, spot),
        "audience_from": section.audience_from
        and (spot / "audience_from").read(parse_claim_name, section.audience_from),
        "subject_from": section.subject_from
        and (spot / "subject_from").read(parse_claim_path, section.subject_from),
        "client_from": _paths(spot / "client_from", section.client_from),
        "scopes_from": _paths(spot / "scopes_from", section.scopes_from),
        "max_lifetime_s": _within(spot / "max_lifetime", section.max_lifetime, 1, MAX_LIFETIME_S),
        "max_age_s": _within(spot / "max_age", section.max_age, 1, MAX_LIFETIME_S),
    }
    given = {name: value for name, value in overrides.items() if value is not None}
    return replace(PRESETS[section.preset], **given)


def _optional(spot: Spot, parse: Any, values: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(spot.read_each(parse, values))


def _token_types(section: IssuerSection, spot: Spot) -> frozenset[str | None] | None:
    if section.token_types is None:
        return None
    types = (spot / "token_types").read_each(parse_token_type, section.token_types)
    return frozenset(one for (one,) in types)


def _paths(spot: Spot, paths: tuple[str | tuple[str, ...], ...] | None) -> tuple[ClaimPath, ...] | None:
    return None if paths is None else spot.read_each(parse_claim_path, paths)


def _within(spot: Spot, duration: str | None, least: int, most: int) -> int | None:
    if duration is None:
        return None
    length = seconds(duration)
    if not least <= length <= most:
        spot.refuse(f"is not between {least}s and {most}s", f"write {min(max(length, least), most)}s")
    return length


def _grant(section: GrantSection, spot: Spot) -> Grant:
    return Grant(
        path=(spot / "claim").read(parse_claim_path, section.claim) or (),
        value=section.value,
        scopes=frozenset((spot / "scopes").read_each(parse_scope, section.scopes)),
    )


def _tenant(section: IssuerSection, spot: Spot) -> Mapping[ClaimPath, frozenset[ClaimValue]] | None:
    tenant = dict(_required_claims(section, spot / "require_claims"))
    if PRESETS[section.preset].requires_tenant:
        _check_tenant(section.preset, frozenset(tenant), spot / "require_claims")
    return tenant or None


def _required_claims(section: IssuerSection, spot: Spot) -> list[tuple[ClaimPath, frozenset[ClaimValue]]]:
    found = []
    for text, values in (section.require_claims or {}).items():
        path = (spot / text).read(parse_claim_path, text)
        if path is not None:
            found.append((path, _distinct(spot / text, values)))
    return found


def _distinct(spot: Spot, values: tuple[Scalar, ...]) -> frozenset[ClaimValue]:
    admitted = frozenset(values)
    if len(admitted) < len(values):  # in Python 1 and true are equal, in JSON they are not
        spot.refuse("a value is there twice, or 1 beside true", "keep one of them")
    return admitted


def _check_tenant(preset: str, paths: frozenset[ClaimPath], spot: Spot) -> None:
    naming = TENANT_CLAIMS.get(preset, ())
    if paths and (not naming or any((name,) in paths for name in naming)):
        return
    spot.refuse(
        f"with preset {preset} any caller can ask for your audience, and nothing names your tenant",
        f"add require_claims: {{NAME: [YOURS]}} with {' or '.join(naming) or 'a claim of your tenant'}",
    )


def _location(section: IssuerSection, directory: Path, spot: Spot) -> KeyLocation:
    if section.jwks_uri is not None:
        _check_jwks_uri(section.jwks_uri, section, spot / "jwks_uri")
    if section.jwks_file is not None:
        _check_jwks_file(section, spot)
        return KeysInFile(str(directory / section.jwks_file))
    return KeysDiscovered(section.issuer) if section.jwks_uri is None else KeysAtUri(section.jwks_uri)


def _check_jwks_uri(uri: str, section: IssuerSection, spot: Spot) -> None:
    if uri.lower().startswith("http://") and not section.allow_http:
        spot.refuse("is not https", "write https://, or allow_http: true if that is meant")
    spot.read(parse_url, uri)


def _check_jwks_file(section: IssuerSection, spot: Spot) -> None:
    """An option that would do nothing is a mistake: somebody believes in it."""
    if section.jwks_uri is not None:
        (spot / "jwks_file").refuse("stands beside jwks_uri", "keep one of the two")
    for name in ("ca_file", "proxy", "allow_private_network", "token_file"):
        if getattr(section, name):
            (spot / name).refuse("does nothing beside jwks_file: nothing is fetched", "remove it")


def _outbound(section: IssuerSection, directory: Path, spot: Spot) -> Outbound:
    if section.allow_http:
        (spot / "allow_http").warn("keys are believed that anybody on the way could have replaced")
    if section.allow_private_network:
        (spot / "allow_private_network").warn("the issuer's documents may lead into private networks")
    outbound = Outbound(
        ca_file=_file(section.ca_file, directory),
        allow_private_network=section.allow_private_network,
        allow_http=section.allow_http,
        token_file=_file(section.token_file, directory),
    )
    if section.proxy is None:
        return outbound
    return (spot / "proxy").read(lambda proxy: _with_proxy(outbound, proxy), section.proxy) or outbound


def _with_proxy(outbound: Outbound, proxy: str) -> Outbound:
    try:
        return replace(outbound, proxy=proxy)
    except ValueError:  # its text may one day name the URL, which may hold a password
        raise Unfit("is not the URL of an HTTP proxy", "write http://proxy.example.com:3128") from None


def _file(path: str | None, directory: Path) -> str | None:
    return None if path is None else str(directory / path)
