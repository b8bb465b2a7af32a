"""Does the gateway take what the chart writes for it, with nothing to warn of?"""

from pathlib import Path

import pytest
import yaml

from gateway.certificates.layout import server_files
from gateway.config.compile import load_world
from gateway.config.world import MemoryKeys, SharedKeys, World
from tests.certificates.kept import begun
from tests.conftest import CALLER_SECRET
from tests.helm.chart import SCENARIOS, rendered
from tests.helm.kubelet import Files, settle
from tests.tls.authority import Authority

pytestmark = pytest.mark.wire

AUTHORITY = Authority()
PAIR = AUTHORITY.serving("api.example.com")
TLS: Files = {"tls.crt": PAIR.chain, "tls.key": PAIR.key, "ca.crt": PAIR.chain}
MADE: Files = server_files({}, begun().served)
SEARCH = yaml.safe_load(SCENARIOS["minimal"].read_text())["policies"]["shop"]["orders"]
TEAM = {**SEARCH, "callers": {"network_alone": True}}
GIVEN: dict[str, Files] = {
    "token-gateway-keys": {"keys.json": b"{}"},
    "own-keys": {"keys.json": b"{}"},
    "gate-keys": {"keys.json": b"{}"},
    "token-gateway-callers": {"secret": CALLER_SECRET.encode()},
    "token-gateway-fingerprint": {"fingerprint": b"x" * 32},
    "token-gateway-revoked": {"revoked.yaml": b"tokens: []\n"},
    "team-payments": {"payments.yaml": yaml.safe_dump({"policies": {"payments": TEAM}}).encode()},
    "team-search": {"search.yaml": yaml.safe_dump({"policies": {"search": TEAM}}).encode()},
    **dict.fromkeys(("gateway-tls", "api-example-com", "gate-tls"), TLS),
    **dict.fromkeys(("token-gateway-certificate", "gate-certificate"), MADE),
    "authorities": {},
}


def world(scenario: str, root: Path, **other: Files) -> World:
    """What a gateway would have, started on the files of that scenario."""
    return load_world(settle(rendered(scenario), root, {**GIVEN, **other}))


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "existing"])
def test_it_is_taken_whole(scenario: str, tmp_path: Path) -> None:
    found = world(scenario, tmp_path)
    assert found.refused == ()
    assert "orders" in found.snapshot.policies
    store = found.key_store
    if scenario == "edge-dev":
        assert isinstance(store, MemoryKeys)
    else:
        assert isinstance(store, SharedKeys)
        assert store.path == f"{tmp_path}/etc/token-gateway/keys"


@pytest.mark.parametrize("scenario", ["minimal", "envoy-gateway", "edge", "monitored", "scaled"])
def test_there_is_nothing_to_warn_of(scenario: str, tmp_path: Path) -> None:
    assert world(scenario, tmp_path).warnings == ()


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "existing"])
def test_whoever_is_asked_by_a_controller_shows_a_certificate(scenario: str, tmp_path: Path) -> None:
    listeners = world(scenario, tmp_path).listeners
    asked = set(listeners.deciding) - {"edge"}
    assert asked & set(listeners.certificates) == (set() if scenario == "weakened" else asked)


def test_each_team_has_its_policies_and_a_mistake_of_one_leaves_the_others(tmp_path: Path) -> None:
    assert set(world("traefik", tmp_path).snapshot.policies) == {"orders", "payments", "search"}
    wrong = {"search.yaml": b"policies: {search: {}}\n"}
    found = world("traefik", tmp_path, **{"team-search": wrong})
    assert set(found.snapshot.policies) == {"orders", "payments"}
    assert found.refused
