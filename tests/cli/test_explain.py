"""`gateway explain`: one request, step by step, and never a token."""

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.core.reason import Reason
from gateway.dialects import DIALECTS
from tests import builders as b
from tests.cli.configuration import AT, Ran, Run, configuration, write

URL = "https://api.example.com/v1/orders?page=2"
STEPS = ["read", "match", "extract", "verify", "identify", "authorize", "mint"]
PREFLIGHT = ("--header", "Origin: https://app.example.com", "--header", "Access-Control-Request-Method: GET")


@pytest.fixture
def keys(tmp_path: Path) -> str:
    file = tmp_path / "keys.json"
    file.write_bytes(b.jwks(b.KEY))
    return f"corp={file}"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(b.token() + "\n")
    return file


class Explain:
    """Asks about one request with a good token, or with what is said instead."""

    def __init__(self, gateway: Run, config: Path, keys: str, token_file: Path) -> None:
        self.gateway, self.config, self.keys, self.token_file = gateway, config, keys, token_file

    def __call__(self, *more: str | Path, url: str = URL, token: str | None = None, at: str = AT) -> Ran:
        if token is not None:
            self.token_file.write_text(token)
        given = ("--token-file", self.token_file) if token != "" else ()
        return self.gateway(
            *("explain", "-c", self.config, "--url", url, "--jwks", self.keys, "--at", at), *given, *more
        )


@pytest.fixture
def explain(gateway: Run, config: Path, keys: str, token_file: Path) -> Explain:
    return Explain(gateway, config, keys, token_file)


def marks(out: str) -> list[str]:
    return [line.split()[1] for line in out.splitlines() if line.lstrip().startswith(("✓", "✗"))]


def assert_no_token(ran: Ran, token: str) -> None:
    """Neither the client's, nor what was signed for the backend, in part or whole."""
    for part in token.split("."):
        assert part not in ran.out + ran.err
    assert "eyJ" not in ran.out + ran.err


# --- a permit -----------------------------------------------------------------


@pytest.mark.parametrize("dialect", [*DIALECTS, "envoy-grpc"])
def test_a_permit_shows_every_step_and_the_claims_of_our_token(explain: Explain, dialect: str) -> None:
    ran = explain("--dialect", dialect)
    assert ran.code == 0
    assert marks(ran.out) == STEPS
    assert "✗" not in ran.out
    assert "route orders-read (token)" in ran.out
    assert "corp:alice, scopes: orders:read" in ran.out
    assert "\nverdict    permit\nanswer     200\n" in ran.out
    assert "authorization: Bearer <the token below>" in ran.out
    assert "token      lives 60 s; signed by a throwaway key" in ran.out
    assert "page=2" not in ran.out
    assert_no_token(ran, b.token())


@pytest.fixture
def at_the_edge(gateway: Run, keys: str, token_file: Path, tmp_path: Path) -> Explain:
    """Asks at an edge that trusts 10.0.0.0/16; no proxy may ask."""
    changed = configuration()
    orders = changed["policies"]["orders"]
    del orders["peers"], orders["callers"]
    for route in orders["routes"]:
        route["upstream"] = "http://orders.shop.svc:8080"
    told = {"trusted_proxies": ["10.0.0.0/16"], "forwarded": "x-forwarded"}
    changed["listeners"] = {"edge": {"port": 8080} | told}
    return Explain(gateway, write(tmp_path, changed), keys, token_file)


def test_a_client_may_ask_itself(at_the_edge: Explain) -> None:
    ran = at_the_edge("--dialect", "edge")
    assert (ran.code, ran.err) == (0, "")
    assert marks(ran.out) == STEPS
    assert "\nverdict    permit\nanswer     200\n" in ran.out
    assert_no_token(ran, b.token())
    assert at_the_edge("--dialect", "edge", "--policy", "orders").code == 0


def test_at_the_edge_the_host_says_which_policy(at_the_edge: Explain) -> None:
    ran = at_the_edge("--dialect", "edge", "--json", url="https://nobody.example/v1/orders")
    assert ran.code == 1
    assert (ran.document["policy"], ran.document["reason"]) == (None, "policy_unknown")
    assert ran.document["answer"]["status"] == 404


def test_a_proxy_before_the_edge_tells_of_its_client(at_the_edge: Explain) -> None:
    balanced = ("--dialect", "edge", "--peer", "10.0.0.7")
    assert "carrier_missing" in at_the_edge(*balanced).out
    told = ("--header", "X-Forwarded-For: 203.0.113.9", "--header", "X-Forwarded-Proto: https")
    ran = at_the_edge(*balanced, *told, url="http://api.example.com/v1/orders")
    assert "GET https://api.example.com/v1/orders" in ran.out
    assert ran.code == 0


SPIFFE = "spiffe://cluster.local/ns/shop/sa/checkout"


@pytest.fixture
def asking(gateway: Run, keys: str, token_file: Path, tmp_path: Path) -> Explain:
    """A route that wants a client's certificate, of which its nginx tells."""
    changed = configuration()
    orders = changed["policies"]["orders"]
    orders["client_certificate"] = "nginx"
    orders["routes"][0]["require"]["certificate"] = {"identities": [SPIFFE, "checkout.shop.svc"]}
    return Explain(gateway, write(tmp_path, changed), keys, token_file)


@pytest.mark.parametrize(
    ("identities", "reason"),
    [
        ((), "certificate_not_allowed"),
        ((SPIFFE,), None),
        (("other.example", "checkout.shop.svc"), None),
        (("other.example",), "certificate_not_allowed"),
    ],
)
def test_a_client_may_show_a_certificate(
    asking: Explain, identities: tuple[str, ...], reason: str | None
) -> None:
    ran = asking("--json", *(word for name in identities for word in ("--identity", name)))
    assert ran.document["reason"] == reason
    assert ran.code == (1 if reason else 0)


def test_an_identity_is_a_name(asking: Explain) -> None:
    ran = asking("--identity", "CN=a")
    assert ran.code == 2
    assert "--identity is neither a URI nor a DNS name" in ran.err


def test_nobody_shows_one_where_nobody_could_tell(explain: Explain) -> None:
    ran = explain("--identity", SPIFFE)
    assert ran.code == 2
    assert "policy orders has no client_certificate" in ran.err


def test_without_an_edge_no_client_asks(explain: Explain) -> None:
    ran = explain("--dialect", "edge")
    assert ran.code == 2
    assert "no listeners.edge" in ran.err


def test_without_peers_no_proxy_asks(at_the_edge: Explain) -> None:
    ran = at_the_edge("--dialect", "nginx")
    assert ran.code == 2
    assert "--dialect edge" in ran.err


def test_a_permit_as_json(explain: Explain) -> None:
    ran = explain("--json")
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert document["verdict"] == "permit"
    assert (document["policy"], document["route"], document["issuer"]) == ("orders", "orders-read", "corp")
    assert (document["reason"], document["stopped_at"]) == (None, None)
    assert document["downstream"]["sub"] == "corp:alice"
    assert document["downstream"]["exp"] == b.NOW + 60
    assert_no_token(ran, b.token())


def test_the_token_comes_from_standard_input(
    explain: Explain, gateway: Run, config: Path, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b.token().encode() + b"\n")))
    ran = gateway(*("explain", "-c", config, "--url", URL, "--jwks", keys, "--at", AT, "--token-file", "-"))
    assert ran.code == 0


def test_a_header_can_be_given_instead(explain: Explain) -> None:
    ran = explain("--header", f"AUTHORIZATION:  Bearer {b.token()} ", token="")
    assert ran.code == 0
    assert_no_token(ran, b.token())


def test_a_public_route_needs_nothing(explain: Explain) -> None:
    ran = explain(url="https://api.example.com", token="")
    assert ran.code == 0
    assert "no credential, and none is needed" in ran.out
    assert "lives" not in ran.out


@pytest.mark.parametrize("dialect", ["nginx", "traefik"])
def test_a_preflight_is_no_finding(explain: Explain, dialect: str) -> None:
    ran = explain("--method", "OPTIONS", "--dialect", dialect, *PREFLIGHT, token="")
    assert ran.code == 0
    assert marks(ran.out) == ["read", "match"]
    assert "\nverdict    preflight\n" in ran.out
    assert "access-control-allow-methods: GET\n" in ran.out


# --- refusals, one and more of each step --------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...], Reason, str, int]] = {
    "peer": ({}, ("--peer", "192.0.2.1"), Reason.PEER_UNTRUSTED, "read", 403),
    "no peer at all": ({}, ("--peer", "nobody"), Reason.PEER_UNTRUSTED, "read", 403),
    "forged": ({}, ("--header", "X-Auth-Subject: root"), Reason.IDENTITY_HEADER_FORGED, "read", 403),
    "override": (
        {},
        ("--header", "X-HTTP-Method-Override: PUT", "--dialect", "traefik"),
        Reason.METHOD_OVERRIDE,
        "read",
        400,
    ),
    "dots": ({"url": "https://api.example.com/v1/../x"}, (), Reason.TARGET_DOT_SEGMENT, "match", 403),
    "fragment": ({"url": "https://api.example.com#x"}, (), Reason.TARGET_FRAGMENT, "match", 403),
    "path": ({"url": "https://api.example.com/v2"}, (), Reason.PATH_NOT_ALLOWED, "match", 403),
    "host": ({"url": "https://example.org/v1/orders"}, (), Reason.HOST_NOT_ALLOWED, "match", 403),
    "method": ({}, ("--method", "DELETE"), Reason.METHOD_NOT_ALLOWED, "match", 403),
    "no token": ({"token": ""}, (), Reason.CREDENTIAL_MISSING, "extract", 401),
    "two tokens": (
        {},
        ("--header", "Authorization: Bearer a.b.c"),
        Reason.CREDENTIAL_AMBIGUOUS,
        "extract",
        403,
    ),
    "no JWT": ({"token": "garbage"}, (), Reason.TOKEN_MALFORMED, "verify", 401),
    "expired": ({"at": "2027-01-15T09:00:00+00:00"}, (), Reason.TOKEN_EXPIRED, "verify", 401),
    "audience": ({"token": b.token(aud="others")}, (), Reason.AUDIENCE_MISMATCH, "verify", 401),
    "key": ({"token": b.token(key=b.OTHER_KEY)}, (), Reason.KEY_UNKNOWN, "verify", 401),
    "subject": ({"token": b.token(sub=b.OMIT)}, (), Reason.SUBJECT_UNMAPPABLE, "identify", 401),
    "scope": ({}, ("--method", "POST"), Reason.SCOPE_INSUFFICIENT, "authorize", 403),
    "too large": (
        {"token": b.token(scope="orders:write", note="n" * 5000)},
        ("--method", "POST"),
        Reason.ANSWER_TOO_LARGE,
        "mint",
        403,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_finding_that_names_its_step(explain: Explain, name: str) -> None:
    given, more, reason, step, status = REFUSED[name]
    ran = explain(*more, **given)
    assert ran.code == 1
    assert f"  ✗ {step:10} {reason.value}: " in ran.out
    assert f"\nverdict    deny: {reason.value}\nanswer     {status}\n" in ran.out
    assert marks(ran.out) == STEPS[: STEPS.index(step) + 1]
    as_json = explain(*more, "--json", **given)
    assert as_json.code == 1
    assert (as_json.document["reason"], as_json.document["stopped_at"]) == (reason.value, step)
    assert as_json.document["downstream"] is None
    for said in (ran, as_json):
        assert_no_token(said, given.get("token") or b.token())


def test_a_revoked_token_is_a_finding_until_its_entry_ends(explain: Explain, tmp_path: Path) -> None:
    explain.config = write(tmp_path, {**configuration(), "revocations": {"file": "revoked.yaml"}})
    entry = "{issuer: corp, subject: alice, until: 2027-01-15T07:55:00Z, why: left}"
    (tmp_path / "revoked.yaml").write_text(f"revoked:\n  - {entry}\n")
    ran = explain(at="2027-01-15T07:59:59Z")
    assert ran.code == 1
    assert Reason.TOKEN_REVOKED.value in ran.out
    assert "by its subject" in ran.out
    assert explain().code == 0


def test_keys_that_cannot_be_had_are_a_finding_as_well(
    gateway: Run, tmp_path: Path, token_file: Path
) -> None:
    changed = configuration()
    changed["issuers"]["corp"]["jwks_file"] = "absent.json"
    file = write(tmp_path, changed)
    ran = gateway("explain", "-c", file, "--url", URL, "--token-file", token_file, "--at", AT)
    assert ran.code == 1
    assert "\nverdict    indeterminate: keys_unavailable\nanswer     503\n" in ran.out


def test_what_a_client_sends_tells_the_terminal_nothing(explain: Explain) -> None:
    ran = explain(url="https://api.example.com/\x1b]0;owned\x07/a")
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out
    claims = explain("--method", "POST", token=b.token(scope="orders:write", note="\x1b[2J"))
    assert claims.code == 0
    assert "\x1b" not in claims.out
    assert "note: \\x1b[2J" in claims.out


# --- usage --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--policy", "others"), "name one of the policies with --policy: orders"),
        (("--url", "api.example.com/v1"), "--url is a whole URL"),
        (("--url", "ftp://api.example.com/v1"), "--url is a whole URL"),
        (("--at", "tomorrow"), "--at is a moment"),
        (("--at", "2027-01-15T08:00:00"), "--at needs a zone"),
        (("--header", "no colon"), "--header is a name, a colon and a value"),
        (("--jwks", "others=x"), "--jwks begins with the id of an issuer: corp"),
        (("--jwks", "corp=/nowhere"), "--jwks: the file cannot be read: No such file"),
        (("--jwks", f"corp={os.devnull}"), "--jwks corp: "),
        (("--dialect", "apache"), "invalid choice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_exit_2(explain: Explain, more: tuple[str, ...], said: str) -> None:
    ran = explain(*more)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_token_in_place_of_its_file_is_not_repeated(explain: Explain) -> None:
    ran = explain("--token-file", b.token())
    assert (ran.code, ran.out) == (2, "")
    assert "--token-file: the file cannot be read" in ran.err
    assert_no_token(ran, b.token())


def test_a_key_set_without_a_usable_key_is_said(explain: Explain, tmp_path: Path) -> None:
    file = tmp_path / "none.json"
    file.write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}')
    ran = explain("--jwks", f"corp={file}")
    assert ran.code == 2
    assert "--jwks corp: no usable key: " in ran.err
    assert "c2VjcmV0" not in ran.err


def test_several_policies_need_a_name(gateway: Run, tmp_path: Path) -> None:
    changed = configuration()
    changed["policies"]["more"] = configuration()["policies"]["orders"] | {"hosts": ["more.example.com"]}
    file = write(tmp_path, changed)
    ran = gateway("explain", "-c", file, "--url", URL)
    assert ran.code == 2
    assert "--policy: more, orders" in ran.err
    assert gateway("explain", "-c", file, "--url", URL, "--policy", "orders").code == 1
