"""`gateway explain`: walk one request through the policy, and show every step.

The walk is the real one: the dialect reads what its proxy would send, the keys are fetched from the real
issuer (or read from --jwks), the clock is yours (--at). Only the signing key is a throwaway: what it
signs is shown decoded and never printed as a token.
"""

import asyncio
import re
import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from gateway.app.parts import CLOCK
from gateway.app.sources import key_sources
from gateway.cli.explanation import Explanation, as_members, lines
from gateway.cli.output import (
    EX_FINDINGS,
    EX_OK,
    Commands,
    add_config,
    add_json,
    add_policy,
    complain,
    policy_of,
    print_json,
    standard_input,
)
from gateway.config.compile import load_world
from gateway.config.identities import parse_identity
from gateway.config.problem import Unfit
from gateway.config.world import World
from gateway.core.binding import NO_CERTIFICATE
from gateway.core.facts import ClientCertificate, RequestFacts
from gateway.core.headers import HeaderPairs
from gateway.core.jwk import JwksMalformed, KeySet, parse_jwks
from gateway.core.policy import Policy
from gateway.core.revocation import NOTHING_REVOKED, Revocations
from gateway.core.verdict import Deny, Permit, Preflight, Verdict
from gateway.dialects import DIALECTS, edge, envoy_grpc
from gateway.dialects.forwarded import as_proven
from gateway.dialects.wire import ClientRequest
from gateway.keys.signing_key import SigningKey
from gateway.server.deny_list import read_deny_list
from gateway.server.single_walk import GivenKeys, Moment, walk
from gateway.server.speaker import Renderer


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("explain", help="show why a request is allowed or not", description=__doc__)
    add_config(parser)
    add_json(parser)
    _add_request(parser)
    parser.add_argument("--at", metavar="TIME", help="decide at this moment, as 2026-01-01T00:00:00Z")
    parser.add_argument(
        "--jwks",
        metavar="ISSUER=FILE",
        action="append",
        default=[],
        help="an issuer's keys, instead of fetching",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print the walk; exit 0 where it ends in a permit, 1 where it does not."""
    world = load_world(arguments.config)
    try:
        policy, facts = _read(world, arguments)
        keys = dict(_jwks(text, world) for text in arguments.jwks)
        now = time_of(arguments.at)
    except ValueError as error:
        return complain(str(error))
    verdict = asyncio.run(_walk(world, facts, policy, keys, now))
    answer = _SPEAKERS[arguments.dialect].render(verdict)
    explanation = Explanation(verdict=verdict, answer=answer, now=now)
    if arguments.json:
        print_json(as_members(explanation))
    else:
        print("\n".join(lines(explanation)))
    return EX_OK if isinstance(verdict, Permit | Preflight) else EX_FINDINGS


# --- private ---

_SPEAKERS: Final[Mapping[str, Renderer]] = {**DIALECTS, envoy_grpc.NAME: envoy_grpc, edge.NAME: edge}
_URL: Final = re.compile(r"(https?)://([^/?#]+)(.*)", re.DOTALL)


def _read(world: World, arguments: Namespace) -> tuple[Policy | None, RequestFacts | Deny]:
    """As the client itself asks, or one of the policy's callers. Raises: ValueError."""
    client = _client_request(arguments)
    if arguments.dialect == edge.NAME:
        policy, facts = _at_the_edge(world, client, arguments)
    else:
        policy = policy_of(world, arguments.policy)
        facts = _of_a_proxy(arguments.dialect, client, policy, arguments.peer or _a_peer(policy))
    return policy, _showing(arguments.identity, facts, policy)


def _showing(names: Sequence[str], facts: RequestFacts | Deny, policy: Policy | None) -> RequestFacts | Deny:
    """As if the client's verified certificate showed these names. Raises: ValueError."""
    if not names or policy is None or isinstance(facts, Deny):
        return facts
    if policy.certificate_from is None:
        raise ValueError(f"--identity: policy {policy.id} has no client_certificate: nobody could tell")
    thumbprint = NO_CERTIFICATE if facts.certificate is None else facts.certificate.thumbprint
    return facts._replace(certificate=ClientCertificate(thumbprint, frozenset(map(_identity, names))))


def _identity(text: str) -> str:
    try:
        return parse_identity(text)
    except Unfit as unfit:
        raise ValueError(f"--identity {unfit.what}") from None


def _at_the_edge(
    world: World, client: ClientRequest, arguments: Namespace
) -> tuple[Policy | None, RequestFacts | Deny]:
    """The URL's scheme is the connection's; `--peer` may be a proxy that stands before the edge."""
    trust = world.listeners.edge_trust
    if trust is None:
        raise ValueError("there is no edge: the configuration has no listeners.edge")
    entrance = edge.Entrance(
        scheme="https" if client.scheme == "https" else "http",
        trusted_proxies=trust.trusted_proxies,
        forwarded=trust.forwarded,
    )
    request = edge.imitate(client)
    if arguments.peer:
        request = request._replace(peer=arguments.peer)
    if arguments.policy:
        policy = policy_of(world, arguments.policy)
        return policy, edge.read(request, policy, entrance)
    served = {one.id: one for one in world.snapshot.policies.values() if one.at_the_edge}
    return edge.read_any(request, edge.HostTable(served), entrance)


def _of_a_proxy(dialect: str, client: ClientRequest, policy: Policy, peer: str) -> RequestFacts | Deny:
    """As one of the policy's callers asks, in the voice of this proxy."""
    if dialect == envoy_grpc.NAME:
        checked = envoy_grpc.imitate(client, policy.id, peer)
        return envoy_grpc.read(checked._replace(call=as_proven(checked.call, policy)), policy)
    speaks = DIALECTS[dialect]
    request = speaks.imitate(client, f"/auth/{dialect}/{policy.id}", peer)
    return speaks.read(as_proven(request, policy), policy)


async def _walk(
    world: World,
    facts: RequestFacts | Deny,
    policy: Policy | None,
    keys: Mapping[str, KeySet],
    now: int,
) -> Verdict:
    moment = Moment(
        now=now,
        jti=secrets.token_urlsafe(16),
        signer=SigningKey.generate(world.signing_algorithm),
        revoked=_revoked(world, now),
    )
    sources = key_sources(world)
    try:
        return await walk(facts, policy, world.snapshot, GivenKeys(keys, sources), moment)
    finally:
        await sources.close()


def _revoked(world: World, now: int) -> Revocations:
    """Read the deny list as it is now. Raises: ConfigError."""
    file = world.revocations
    return NOTHING_REVOKED if file is None else read_deny_list(file, now=now).revocations


def _add_request(parser: ArgumentParser) -> None:
    parser.add_argument("--dialect", choices=sorted(_SPEAKERS), default="nginx", help="who asks")
    add_policy(parser)
    parser.add_argument("--method", default="GET")
    parser.add_argument(
        "--url", required=True, help="as the client sends it; its path is taken byte for byte"
    )
    parser.add_argument("--header", action="append", default=[], metavar="NAME:VALUE", help="may be repeated")
    parser.add_argument(
        "--identity",
        action="append",
        default=[],
        metavar="NAME",
        help="a URI or DNS name that the client's verified certificate shows; may be repeated",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="the bearer token; - for standard input (never an argument)",
    )
    parser.add_argument(
        "--peer", help="who connects; by default one of the policy's peers, or at the edge a client"
    )


def _a_peer(policy: Policy) -> str:
    if not policy.peers:
        raise ValueError(f"no proxy may ask about policy {policy.id}: the edge serves it, --dialect edge")
    return str(policy.peers[0].network_address)


def _client_request(arguments: Namespace) -> ClientRequest:
    # Not urlsplit: it repairs what it is given, and the walk is to see what the client has sent.
    match = _URL.fullmatch(arguments.url)
    if match is None:
        raise ValueError("--url is a whole URL, such as https://api.example.com/v1/orders")
    scheme, authority, target = match.groups()
    return ClientRequest(
        method=arguments.method,
        scheme=scheme,
        authority=authority,
        target=target if target.startswith("/") else f"/{target}",
        headers=_headers(arguments),
    )


def _headers(arguments: Namespace) -> HeaderPairs:
    headers = [_header(text) for text in arguments.header]
    if arguments.token_file == "-":  # noqa: S105 - a file name
        headers.append((b"authorization", b"Bearer " + standard_input().read().strip()))
    elif arguments.token_file:
        token = _content(arguments.token_file, "--token-file")
        headers.append((b"authorization", b"Bearer " + token.strip()))
    return tuple(headers)


def _header(text: str) -> tuple[bytes, bytes]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ValueError("--header is a name, a colon and a value")
    return name.strip().lower().encode(), value.strip().encode()


def _jwks(text: str, world: World) -> tuple[str, KeySet]:
    issuer_id, _, file = text.partition("=")
    if issuer_id not in world.issuers:
        raise ValueError(f"--jwks begins with the id of an issuer: {', '.join(sorted(world.issuers))}")
    try:
        keys = parse_jwks(_content(file, "--jwks"))
    except JwksMalformed as error:
        raise ValueError(f"--jwks {issuer_id}: {error}") from None
    if not keys.keys:
        why = ", ".join(sorted({dropped.why for dropped in keys.dropped})) or "it is empty"
        raise ValueError(f"--jwks {issuer_id}: no usable key: {why}")
    return issuer_id, keys


def _content(file: str, option: str) -> bytes:
    """Read a file. Its name is not repeated where it cannot be read: it may be the token itself."""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise ValueError(f"{option}: the file cannot be read: {error.strerror}") from None


def time_of(text: str | None) -> int:
    """Give the moment in seconds since the epoch; now where there is no text. Raises: ValueError."""
    if text is None:
        return int(CLOCK())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("--at is a moment, as 2026-01-01T00:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("--at needs a zone, as in 2026-01-01T00:00:00Z")
    return int(moment.timestamp())
