"""What we show must work, and must hold what its first lines promise."""

from pathlib import Path

import pytest

from gateway.config.compile import load_world
from gateway.config.world import World
from gateway.core.policy import CertificateFrom, TokenBound
from gateway.server.deny_list import read_deny_list

CONFIG = Path(__file__).parents[2] / "config"
EXAMPLES = sorted((CONFIG / "examples").glob("*.yaml"))


def world(name: str) -> World:
    return load_world(CONFIG / name)


def test_there_are_examples() -> None:
    assert [path.stem for path in EXAMPLES] == [
        "bound",
        "edge",
        "keycloak",
        "m2m",
        "multi-issuer",
        "nginx",
        "revocation",
        "traefik",
    ]


@pytest.mark.parametrize("path", [CONFIG / "gateway.yaml", *EXAMPLES], ids=lambda path: path.stem)
def test_it_compiles_and_says_what_it_shows(path: Path) -> None:
    world = load_world(path)
    assert world.snapshot.policies
    assert world.refused == ()
    schema, empty, explanation, *_ = path.read_text().splitlines()
    where = "gateway.schema.json" if path.parent == CONFIG else "../gateway.schema.json"
    assert schema == f"# yaml-language-server: $schema={where}"
    assert empty == "#"
    assert explanation.startswith("# ")


def test_the_smallest_is_secure() -> None:
    assert world("gateway.yaml").warnings == ()


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("nginx", ["policies.shop.routes[0].require: every valid token", "policies.shop.routes[1]: public"]),
        ("bound", []),
        ("traefik", []),
        ("edge", []),
        ("revocation", []),
        ("keycloak", ["issuers.prod.allow_private_network"]),
        ("multi-issuer", ["issuers.cluster.allow_private_network"]),
        ("m2m", ["policies.telemetry-legacy.credentials[0]: tokens in the query"]),
    ],
)
def test_each_insecure_choice_is_said_again(name: str, warnings: list[str]) -> None:
    said = world(f"examples/{name}.yaml").warnings
    assert len(said) == len(warnings)
    assert all(words in text for words, text in zip(warnings, said, strict=True))


def test_revocation_shows_every_way_but_the_fingerprint() -> None:
    file = world("examples/revocation.yaml").revocations
    assert file is not None
    listed = read_deny_list(file, now=0).revocations
    assert (len(listed.jtis), len(listed.subjects), len(listed.keys)) == (1, 2, 1)


def test_bound_shows_a_route_that_wants_it() -> None:
    policy = world("examples/bound.yaml").snapshot.policies["payments"]
    assert policy.certificate_from is CertificateFrom.NGINX
    assert [TokenBound() in route.requirements for route in policy.routes.routes] == [True, False]


def test_edge_asks_for_no_proxy_and_sends_every_route_somewhere() -> None:
    shown = world("examples/edge.yaml")
    (policy,) = shown.snapshot.policies.values()
    assert (policy.peers, policy.at_the_edge) == ((), True)
    assert {route.upstream for route in policy.routes.routes} == set(shown.upstreams)


def test_traefik_shows_one_file_a_team() -> None:
    assert set(world("examples/traefik.yaml").snapshot.policies) == {"team-a-orders", "team-b-tickets"}


def test_multi_issuer_names_the_tenant() -> None:
    issuers = world("examples/multi-issuer.yaml").snapshot.issuers
    actions = issuers["https://token.actions.githubusercontent.com"]
    assert actions.tenant is not None
    assert dict(actions.tenant) == {("repository_owner_id",): frozenset({"1234567"})}
    assert {issuer.shape.preset for issuer in issuers.values()} == {
        "entra",
        "okta",
        "cognito",
        "github-actions",
        "kubernetes",
    }
