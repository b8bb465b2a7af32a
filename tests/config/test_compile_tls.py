"""Certificates are tried when the configuration is read; an identity needs somebody who vouches for it."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretFile, SecretReference, SecretUnavailable
from gateway.tls.pair import Pair
from gateway.tls.server import Certificates
from tests.config.files import change, valid, write
from tests.tls.authority import Authority

AUTHORITY = Authority()
OWN, OTHER = AUTHORITY.server(), AUTHORITY.server()
SHOP, WILD, NAMELESS = (
    AUTHORITY.serving("shop.example"),
    AUTHORITY.serving("*.shop.example"),
    AUTHORITY.client(),
)
FILES = {
    "tls.crt": OWN.chain,
    "tls.key": OWN.key,
    "other.crt": OTHER.chain,
    "other.key": OTHER.key,
    "shop.crt": SHOP.chain,
    "shop.key": SHOP.key,
    "wild.crt": WILD.chain,
    "wild.key": WILD.key,
    "nameless.crt": NAMELESS.chain,
    "nameless.key": NAMELESS.key,
    "ca.crt": AUTHORITY.pem,
    "bad": b"x",
}
LISTENERS = ("decision", "grpc", "edge")


def pair(name: str) -> dict[str, str]:
    return {"certificate": f"file:{name}.crt", "key": f"file:{name}.key"}


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


@pytest.mark.parametrize("listener", LISTENERS)
def test_certificates_arrive(tmp_path: Path, listener: str) -> None:
    tls = PAIR | {"more": [pair("shop"), pair("wild")], "client_ca": "file:ca.crt"}
    given = world(tmp_path, tls, listener=listener).listeners
    found = {name: getattr(given, f"{name}_tls") for name in LISTENERS}
    assert found.pop(listener) == Certificates(
        chain=OWN.chain,
        key=OWN.key,
        client_ca=AUTHORITY.pem,
        more=(Pair(chain=SHOP.chain, key=SHOP.key), Pair(chain=WILD.chain, key=WILD.key)),
    )
    assert set(found.values()) == {None}
    assert world(tmp_path, PAIR).listeners.decision_tls == Certificates(chain=OWN.chain, key=OWN.key)


@pytest.mark.long
def test_at_the_edge_clients_may_have_to_show_one_and_to_ask_for_a_name(tmp_path: Path) -> None:
    asking = PAIR | {"client_ca": "file:ca.crt"}
    found = [
        world(tmp_path, tls, listener="edge").listeners.edge_tls
        for tls in (
            asking,
            asking | {"client_certificate": "optional"},
            asking | {"client_certificate": "required"},
            PAIR | {"names_alone": True},
        )
    ]
    assert [one.client_required for one in found] == [False, False, True, False]
    assert [one.names_alone for one in found] == [False, False, False, True]


@pytest.mark.parametrize(
    ("tls", "place", "what"),
    [
        (PAIR | {"key": "file:other.key"}, "", "no pair"),
        (PAIR | {"certificate": "file:bad"}, "", "no pair"),
        (PAIR | {"client_ca": "file:bad"}, ".client_ca", "authority of clients"),
        (PAIR | {"more": []}, ".more", "is empty"),
        (PAIR | {"more": [pair("shop") | {"key": "file:other.key"}]}, ".more[0]", "no pair"),
        (PAIR | {"more": [pair("shop") | {"key": "file:nowhere"}]}, ".more[0].key", "cannot be read"),
        (PAIR | {"more": [{"certificate": "file:shop.crt"}]}, ".more[0].key", "is missing"),
        (PAIR | {"more": [pair("shop"), pair("other")]}, ".more[1].certificate", "is for a name that"),
        (PAIR | {"more": [pair("nameless")]}, ".more[0].certificate", "shows no DNS name"),
        (pair("nameless") | {"more": [pair("shop")]}, ".certificate", "shows no DNS name"),
        (PAIR | {"key": "file:nowhere"}, ".key", "cannot be read"),
        (PAIR | {"client_ca": "file:nowhere"}, ".client_ca", "cannot be read"),
        (PAIR | {"key": "-----BEGIN PRIVATE KEY-----"}, ".key", "never the secret"),
        ({"certificate": "file:tls.crt"}, ".key", "is missing"),
    ],
)
@pytest.mark.parametrize("listener", LISTENERS)
def test_what_cannot_be_used_is_a_mistake(
    tmp_path: Path, listener: str, tls: object, place: str, what: str
) -> None:
    ((path, said),) = problems(tmp_path, tls, listener=listener)
    assert path == f"listeners.{listener}.tls{place}"
    assert what in said


@pytest.mark.parametrize(
    ("tls", "place", "what"),
    [
        (PAIR | {"client_certificate": "required"}, ".client_certificate", "nothing without client_ca"),
        (PAIR | {"client_certificate": "optional"}, ".client_certificate", "nothing without client_ca"),
        (PAIR | {"client_certificate": "wanted"}, ".client_certificate", "not one of optional, required"),
        (pair("nameless") | {"names_alone": True}, ".certificate", "shows no DNS name"),
    ],
)
def test_what_would_do_nothing_at_the_edge_is_a_mistake(
    tmp_path: Path, tls: object, place: str, what: str
) -> None:
    ((path, said),) = problems(tmp_path, tls, listener="edge")
    assert path == f"listeners.edge.tls{place}"
    assert what in said


def test_without_names_a_single_certificate_is_for_everybody(tmp_path: Path) -> None:
    assert world(tmp_path, pair("nameless")).listeners.decision_tls is not None


def test_identities_need_an_authority(tmp_path: Path) -> None:
    callers = {"identities": [SPIFFE, "ingress.example.com"]}
    for listener in ("decision", "grpc"):
        asking = world(tmp_path, PAIR | {"client_ca": "file:ca.crt"}, callers, listener)
        both = asking.snapshot.policies["orders"]
        assert both.caller_identities == {SPIFFE, "ingress.example.com"}
    for tls in (PAIR, None):
        ((path, said),) = problems(tmp_path, tls, callers)
        assert (path, said) == ("policies.orders.callers.identities", "nobody would vouch for them")
