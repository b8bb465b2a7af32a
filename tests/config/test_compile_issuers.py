from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config.world import IssuerSource
from gateway.core.policy import ClaimPath
from gateway.core.presets import PRESETS
from gateway.core.trust import Grant, KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.outbound import Outbound
from tests.config.files import Json, change, problems_of, remove, valid, world_of


def test_every_field_arrives(tmp_path: Path) -> None:
    world = world_of(tmp_path, valid())
    issuer = world.snapshot.issuers["https://idp.example.com"]
    assert issuer.id == "corp"
    assert issuer.audiences == {"https://api.example.com"}
    assert issuer.leeway_s == 10
    assert issuer.grants == (Grant(path=("groups",), value="clerks", scopes=frozenset({"orders:read"})),)
    tenant: dict[ClaimPath, frozenset[str | int | bool]] = {("tenant",): frozenset({"acme", 7})}
    assert issuer.tenant == tenant
    shape = issuer.shape
    assert (shape.preset, shape.token_test) == ("keycloak", PRESETS["keycloak"].token_test)
    assert shape.algorithms == {"RS256", "EdDSA"}
    assert shape.token_types == {"at+jwt", None}
    assert (shape.max_lifetime_s, shape.max_age_s) == (1800, 1200)
    assert (shape.audience_from, shape.subject_from) == ("aud", ("sub",))
    assert shape.client_from == (("azp",), ("x.y", "client"))
    assert shape.scopes_from == (("scope",), ("realm_access", "roles"))


def test_without_overrides_the_shape_is_the_preset(tmp_path: Path) -> None:
    issuer = world_of(tmp_path, valid()).snapshot.issuers["https://other.example.com"]
    assert issuer.shape == PRESETS["rfc9068"]
    assert (issuer.leeway_s, issuer.grants, issuer.tenant) == (30, (), None)


def test_where_the_keys_are(tmp_path: Path) -> None:
    sources = world_of(tmp_path, valid()).issuers
    assert sources == {
        "corp": IssuerSource(
            location=KeysDiscovered("https://idp.example.com"),
            outbound=Outbound(
                ca_file=str(tmp_path / "ca.pem"),
                proxy="http://proxy.example.com:3128",
                allow_private_network=True,
                token_file=str(tmp_path / "token"),
            ),
        ),
        "keys-at": IssuerSource(location=KeysAtUri("https://other.example.com/keys"), outbound=Outbound()),
        "in-file": IssuerSource(location=KeysInFile(str(tmp_path / "local.json")), outbound=Outbound()),
    }


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_can_be_named(tmp_path: Path, preset: str) -> None:
    config = valid()
    config["issuers"]["keys-at"]["preset"] = preset
    config["issuers"]["keys-at"]["require_claims"] = {"hd": ["x"], "repository_id": ["1"]}
    issuer = world_of(tmp_path, config).snapshot.issuers["https://other.example.com"]
    assert issuer.shape == PRESETS[preset]


def test_allow_http_is_needed_and_is_said_again(tmp_path: Path) -> None:
    config = valid()
    config["issuers"]["corp"]["issuer"] = "http://idp.example.com"
    assert "not https" in problems_of(tmp_path, config)[0].what
    config["issuers"]["corp"]["allow_http"] = True
    world = world_of(tmp_path, config)
    assert world.issuers["corp"].outbound.allow_http
    assert any("issuers.corp.allow_http" in warning for warning in world.warnings)
    assert any("issuers.corp.allow_private_network" in warning for warning in world.warnings)


CORP = ("issuers", "corp")
REFUSED: list[tuple[Callable[[Json], None], str, str]] = [
    (change(*CORP, "issuer", to="http://idp.example.com"), "issuers.corp.issuer", "not https"),
    (change(*CORP, "issuer", to="idp"), "issuers.corp.issuer", "refused as a URL"),
    (change(*CORP, "issuer", to="https://u:p@idp"), "issuers.corp.issuer", "user info"),
    (change(*CORP, "issuer", to="https://idp#x"), "issuers.corp.issuer", "fragment"),
    (change(*CORP, "issuer", to="https://idp?x=1"), "issuers.corp.issuer", "no query"),
    (change("issuers", "in-file", "issuer", to="a b"), "issuers.in-file.issuer", "not an audience"),
    (change(*CORP, "audiences", to=["*"]), "issuers.corp.audiences[0]", "no audience"),
    (change(*CORP, "algorithms", to=["HS256"]), "issuers.corp.algorithms[0]", "lets anybody sign"),
    (change(*CORP, "algorithms", to=["RS256", "none"]), "issuers.corp.algorithms[1]", "lets anybody"),
    (change(*CORP, "algorithms", to=["ES256K"]), "issuers.corp.algorithms[0]", "not a known"),
    (change(*CORP, "token_types", to=["a/b"]), "issuers.corp.token_types[0]", "not a token type"),
    (change(*CORP, "leeway", to="301s"), "issuers.corp.leeway", "between 0s and 300s"),
    (change(*CORP, "max_lifetime", to="0s"), "issuers.corp.max_lifetime", "between 1s"),
    (change(*CORP, "max_age", to="999d"), "issuers.corp.max_age", "between 1s"),
    (change(*CORP, "audience_from", to=" "), "issuers.corp.audience_from", "name of a claim"),
    (change(*CORP, "subject_from", to="a..b"), "issuers.corp.subject_from", "empty name"),
    (change(*CORP, "client_from", to=["a."]), "issuers.corp.client_from[0]", "empty name"),
    (change(*CORP, "scopes_from", to=["."]), "issuers.corp.scopes_from[0]", "empty name"),
    (change(*CORP, "grants", 0, "claim", to="https://x.y/z"), "issuers.corp.grants[0].claim", "URL"),
    (change(*CORP, "grants", 0, "scopes", to=["a b"]), "issuers.corp.grants[0].scopes[0]", "space"),
    (
        change(*CORP, "require_claims", to={"tenant": [1, True]}),
        "issuers.corp.require_claims.tenant",
        "1 beside true",
    ),
    (change(*CORP, "require_claims", to={"a..b": ["x"]}), "issuers.corp.require_claims.a..b", "empty"),
    (change(*CORP, "preset", to="google"), "issuers.corp.require_claims", "names your tenant"),
    (change(*CORP, "preset", to="github-actions"), "issuers.corp.require_claims", "names your tenant"),
    (change(*CORP, "jwks_file", to="x"), "issuers.corp.ca_file", "does nothing"),
    (change(*CORP, "jwks_file", to="x"), "issuers.corp.proxy", "does nothing"),
    (change(*CORP, "jwks_file", to="x"), "issuers.corp.token_file", "does nothing"),
    (change(*CORP, "jwks_file", to="x"), "issuers.corp.allow_private_network", "does nothing"),
    (change("issuers", "keys-at", "jwks_file", to="x"), "issuers.keys-at.jwks_file", "beside jwks_uri"),
    (change("issuers", "keys-at", "jwks_uri", to="http://x/k"), "issuers.keys-at.jwks_uri", "https"),
    (change("issuers", "keys-at", "jwks_uri", to="x"), "issuers.keys-at.jwks_uri", "refused"),
    (change(*CORP, "proxy", to="https://u:hunter2@p"), "issuers.corp.proxy", "HTTP proxy"),
]


@pytest.mark.parametrize(("mistake", "path", "what"), REFUSED)
def test_refused(tmp_path: Path, mistake: Callable[[Json], None], path: str, what: str) -> None:
    config = valid()
    mistake(config)
    problems = problems_of(tmp_path, config)
    assert any(problem.path == path and what in problem.what for problem in problems), problems
    assert "hunter2" not in str(problems)


@pytest.mark.parametrize("preset", ["google", "github-actions"])
def test_without_any_required_claim_no_tenant_is_named(tmp_path: Path, preset: str) -> None:
    config = valid()
    config["issuers"]["corp"]["preset"] = preset
    remove("issuers", "corp", "require_claims")(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "issuers.corp.require_claims"
