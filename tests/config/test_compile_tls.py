"""Certificates are tried when the configuration is read; an identity needs somebody who vouches for it."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretFile, SecretReference, SecretUnavailable
from tests.config.files import change, valid, write
from tests.tls.authority import Authority

AUTHORITY = Authority()
OWN, OTHER = AUTHORITY.server(), AUTHORITY.server()
FILES = {
    "tls.crt": OWN.chain,
    "tls.key": OWN.key,
    "other.key": OTHER.key,
    "ca.crt": AUTHORITY.pem,
    "bad": b"x",
}
PAIR = {"certificate": "file:tls.crt", "key": "file:tls.key"}
CALLERS = ("policies", "orders", "callers")
SPIFFE = "spiffe://cluster.local/ns/ingress/sa/nginx"


def read(reference: SecretReference) -> bytes:
    name = reference.path.name if isinstance(reference, SecretFile) else ""
    if name == "nowhere":
        raise SecretUnavailable("the file cannot be read")
    return FILES.get(name, b"k" * 32)


def world(tmp_path: Path, tls: object, callers: object = None, listener: str = "decision") -> Any:
    config = valid()
    if tls is not None:
        change("listeners", listener, to={"tls": tls})(config)
    if callers is not None:
        change(*CALLERS, to=callers)(config)
    return load_world(write(tmp_path, config), read_secret=read)


def problems(
    tmp_path: Path, tls: object, callers: object = None, listener: str = "decision"
) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        world(tmp_path, tls, callers, listener)
    assert "BEGIN" not in str(caught.value)
    return [(problem.path, problem.what) for problem in caught.value.problems]


def test_certificates_arrive(tmp_path: Path) -> None:
    for listener in ("decision", "grpc"):
        given = world(tmp_path, PAIR | {"client_ca": "file:ca.crt"}, listener=listener).listeners
        found = {"decision": given.decision_tls, "grpc": given.grpc_tls}
        certificates = found.pop(listener)
        assert list(found.values()) == [None]
        assert (certificates.chain, certificates.key, certificates.client_ca) == (
            OWN.chain, OWN.key, AUTHORITY.pem
        )  # fmt: skip
    assert world(tmp_path, PAIR).listeners.decision_tls.client_ca is None


@pytest.mark.parametrize(
    ("tls", "place", "what"),
    [
        (PAIR | {"key": "file:other.key"}, "", "no pair"),
        (PAIR | {"certificate": "file:bad"}, "", "no pair"),
        (PAIR | {"client_ca": "file:bad"}, "", "authority of clients"),
        (PAIR | {"key": "file:nowhere"}, ".key", "cannot be read"),
        (PAIR | {"client_ca": "file:nowhere"}, ".client_ca", "cannot be read"),
        (PAIR | {"key": "-----BEGIN PRIVATE KEY-----"}, ".key", "never the secret"),
        ({"certificate": "file:tls.crt"}, ".key", "is missing"),
    ],
)
@pytest.mark.parametrize("listener", ["decision", "grpc"])
def test_what_cannot_be_used_is_a_mistake(
    tmp_path: Path, listener: str, tls: object, place: str, what: str
) -> None:
    ((path, said),) = problems(tmp_path, tls, listener=listener)
    assert path == f"listeners.{listener}.tls{place}"
    assert what in said


def test_identities_need_an_authority(tmp_path: Path) -> None:
    callers = {"identities": [SPIFFE, "ingress.example.com"]}
    for listener in ("decision", "grpc"):
        asking = world(tmp_path, PAIR | {"client_ca": "file:ca.crt"}, callers, listener)
        both = asking.snapshot.policies["orders"]
        assert both.caller_identities == {SPIFFE, "ingress.example.com"}
    for tls in (PAIR, None):
        ((path, said),) = problems(tmp_path, tls, callers)
        assert (path, said) == ("policies.orders.callers.identities", "nobody would vouch for them")


@pytest.mark.parametrize(
    "identity",
    ["*.example.com", "Ingress.example.com", "CN=root", "spiffe:/x", "spiffe://", "a b", "a/b", ""],
)
def test_an_identity_is_a_uri_or_a_name(tmp_path: Path, identity: str) -> None:
    found = problems(tmp_path, PAIR | {"client_ca": "file:ca.crt"}, {"identities": [identity]})
    assert found[0][0] == "policies.orders.callers.identities[0]"
