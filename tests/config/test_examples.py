"""What we show must work, and must hold what its first lines promise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config.compile import load_world
from gateway.config.world import World
from gateway.core.policy import CertificateFrom, CertificateShows, ScopesInclude, TokenBound
from gateway.server.deny_list import read_deny_list
from tests.config.examples import EXAMPLES, laid_out

Load = Callable[[str], World]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(tmp_path_factory.mktemp("examples"))


@pytest.fixture
def world(config: Path) -> Load:
    return lambda name: load_world(config / name)


def test_there_are_examples() -> None:
    assert list(EXAMPLES) == [
        "bound",
        "edge",
        "edge-mtls",
        "keycloak",
        "m2m",
        "multi-issuer",
        "nginx",
        "revocation",
        "traefik",
    ]


@pytest.mark.parametrize("name", ["gateway.yaml", *(f"examples/{one}.yaml" for one in EXAMPLES)])
def test_it_compiles_and_says_what_it_shows(config: Path, name: str) -> None:
    world = load_world(config / name)
    assert world.snapshot.policies
    assert world.refused == ()
    schema, empty, explanation, *_ = (config / name).read_text().splitlines()
    where = "../gateway.schema.json" if "/" in name else "gateway.schema.json"
    assert schema == f"# yaml-language-server: $schema={where}"
    assert empty == "#"
    assert explanation.startswith("# ")


def test_the_smallest_is_secure(world: Load) -> None:
    assert world("gateway.yaml").warnings == ()


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("nginx", ["policies.shop.routes[0].require: every valid token", "policies.shop.routes[1]: public"]),
        ("bound", []),
        ("traefik", []),
        ("edge", []),
        ("edge-mtls", []),
        ("revocation", []),
        ("keycloak", ["issuers.prod.allow_private_network"]),
        ("multi-issuer", ["issuers.cluster.allow_private_network"]),
        ("m2m", ["policies.telemetry-legacy.credentials[0]: tokens in the query"]),
    ],
)
def test_each_insecure_choice_is_said_again(world: Load, name: str, warnings: list[str]) -> None:
    said = world(f"examples/{name}.yaml").warnings
    assert len(said) == len(warnings)
    assert all(words in text for words, text in zip(warnings, said, strict=True))


def test_revocation_shows_every_way_but_the_fingerprint(world: Load) -> None:
    file = world("examples/revocation.yaml").revocations
    assert file is not None
    listed = read_deny_list(file, now=0).revocations
    assert (len(listed.jtis), len(listed.subjects), len(listed.keys)) == (1, 2, 1)


def test_bound_shows_a_route_that_wants_it(world: Load) -> None:
    policy = world("examples/bound.yaml").snapshot.policies["payments"]
    assert policy.certificate_from is CertificateFrom.NGINX
    assert [TokenBound() in route.requirements for route in policy.routes.routes] == [True, False]


def test_edge_asks_for_no_proxy_and_sends_every_route_somewhere(world: Load) -> None:
    shown = world("examples/edge.yaml")
    (policy,) = shown.snapshot.policies.values()
    assert (policy.peers, policy.at_the_edge) == ((), True)
    assert {route.upstream for route in policy.routes.routes} == set(shown.upstreams)


def test_edge_mtls_shows_certificates_on_both_sides(world: Load) -> None:
    shown = world("examples/edge-mtls.yaml")
    tls, ledger = shown.listeners.edge_tls, shown.upstreams["ledger"].tls
    assert tls is not None
    assert (len(tls.pairs), tls.names_alone, tls.client_required) == (2, True, False)
    assert None not in {tls.client_ca, ledger.ca, ledger.certificate}
    assert ledger.names == ("spiffe://cluster.local/ns/bank/sa/ledger",)
    bound, named, plain = shown.snapshot.policies["bank"].routes.routes
    assert TokenBound() in bound.requirements
    checkout = frozenset({"spiffe://cluster.local/ns/shop/sa/checkout"})
    assert CertificateShows(identities=checkout) in named.requirements
    assert {type(one) for one in plain.requirements} == {ScopesInclude}


def test_traefik_shows_one_file_a_team(world: Load) -> None:
    assert set(world("examples/traefik.yaml").snapshot.policies) == {"team-a-orders", "team-b-tickets"}


def test_multi_issuer_names_the_tenant(world: Load) -> None:
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
