"""Does the chart take the values that `gateway init` writes, and the gateway what the chart makes of them?"""

from pathlib import Path

import pytest

from gateway.cli import main
from gateway.config.compile import load_world
from tests.conftest import CALLER_SECRET
from tests.docs.pages import ROOT, blocks_of
from tests.helm.chart import install
from tests.helm.kubelet import settle
from tests.helm.test_configuration import GIVEN

pytestmark = pytest.mark.wire

(INGRESS,) = (block.text for block in blocks_of(ROOT / "docs" / "quickstart.md") if block.kind == "yaml")
TRAEFIK = """
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: carts, namespace: shop}
spec:
  routes:
    - match: Host(`carts.example.com`) && PathPrefix(`/v1/carts/`) && Method(`GET`)
      kind: Rule
      services: [{name: carts, port: 80}]
"""


@pytest.mark.parametrize("manifests", [INGRESS, TRAEFIK], ids=["the quick start's", "Traefik's"])
def test_a_draft_is_a_release(tmp_path: Path, manifests: str) -> None:
    (tmp_path / "objects.yaml").write_text(manifests)
    draft = tmp_path / "draft"
    said = ("--issuer", "https://idp.example.com", "--output", str(draft))
    assert main(["init", "--ingress", str(tmp_path / "objects.yaml"), *said]) == 0
    release = install(draft / "values.yaml")
    given = {**GIVEN, "token-gateway-caller": {"token": CALLER_SECRET.encode()}}
    world = load_world(settle(release, tmp_path / "root", given))
    assert [str(one) for one in world.refused] == []
    drafted = load_world(draft / "gateway.yaml")
    assert world.snapshot.policies.keys() == drafted.snapshot.policies.keys()
    for name, policy in drafted.snapshot.policies.items():
        there = world.snapshot.policies[name]
        assert [one.paths for one in there.routes.routes] == [one.paths for one in policy.routes.routes]
        assert there.hosts == policy.hosts
