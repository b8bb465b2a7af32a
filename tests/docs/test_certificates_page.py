"""Do the commands of docs/certificates.md work, and are its figures and objects ours?"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.app import keys_secret
from gateway.certificates.renewal import AUTHORITY_LIFE_S, AUTHORITY_WAITS_S, DAY_S, SUCCESSOR_BEFORE_S
from gateway.cli import main
from gateway.dialects.snippets import SNIPPETS, Settings
from gateway.dialects.snippets.manifests import in_cluster, service
from tests.dialects.snippets import policies as p
from tests.docs.pages import ROOT, blocks_of
from tests.helm.chart import SCENARIOS, install
from tests.kubernetes.stand_in import StandIn

PAGE = ROOT / "docs" / "certificates.md"
TEXT = re.sub(r"\s+", " ", PAGE.read_text())
BLOCKS = blocks_of(PAGE)
COPY, DIRECTORY, SECRET = (block.text for block in BLOCKS if block.kind == "sh")
ROLE, CERTIFICATE, OWN, CLEAR = (yaml.safe_load(block.text) for block in BLOCKS if block.kind == "yaml")
BY: dict[str, tuple[str, str]] = {
    "Traefik, Middleware": ("traefik-middleware", "caSecret: token-gateway-ca"),
    "Traefik's ingress-nginx provider": ("traefik-ingress-nginx", "SSL_CERT_DIR="),
    "ingress-nginx": ("ingress-nginx", "does not verify the gateway's certificate"),
    "F5 NGINX, NGINX Gateway Fabric": ("f5-nic", "proxy_ssl_verify on;"),
    "Envoy Gateway, kgateway, Gateway API": ("kgateway", "kind: BackendTLSPolicy"),
    "Contour": ("contour", "caSecret: token-gateway-ca"),
    "Istio": ("istio", "credentialName: token-gateway-ca"),
}


def test_every_block_is_looked_at() -> None:
    assert [block.kind for block in BLOCKS] == ["sh", "sh", "sh", "yaml", "yaml", "yaml", "yaml"]


def test_what_is_copied_is_what_the_snippet_says() -> None:
    printed = SNIPPETS["traefik-middleware"](p.PLAIN, Settings())
    said = " ".join(line.lstrip("# ") for line in printed.splitlines() if line.startswith("#   "))
    assert " ".join(COPY.split()) in " ".join(said.split())


@pytest.mark.parametrize("controller", BY)
def test_each_controller_verifies_by_what_the_page_says(controller: str) -> None:
    (row,) = (line for line in PAGE.read_text().splitlines() if line.startswith(f"| {controller} |"))
    target, by = BY[controller]
    printed = SNIPPETS[target](p.BY_NETWORK["plain"], Settings())
    assert by in printed
    kind = re.findall(r"kubectl create (configmap|secret generic) ", printed)
    assert kind == {"a C": ["configmap"], "a S": ["secret generic"], "now": []}[row.split(" | ")[2][:3]]


def test_the_commands_keep_a_directory(tmp_path: Path) -> None:
    for line in DIRECTORY.splitlines():
        words = [str(tmp_path / "DIR") if one == "DIR" else one for one in shlex.split(line, comments=True)]
        assert words[0] == "gateway"
        assert main(words[1:]) == 0
    assert {one.name for one in (tmp_path / "DIR" / "tls").iterdir()} == {"tls.crt", "tls.key", "ca.crt"}


def test_the_commands_keep_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(tmp_path).running() as api:
        (tmp_path / "ca.pem").rename(tmp_path / "ca.crt")
        (tmp_path / "namespace").write_text("security")
        monkeypatch.setattr(keys_secret, "ACCOUNT", tmp_path)
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(api.port))
        for line in SECRET.splitlines():
            words = ["name" if one == "NAME" else one for one in shlex.split(line)]
            assert main(words[1:]) == 0
        assert {path.rpartition("/")[2] for path in api.secrets} == {"name", "name-ca"}


def test_the_figures() -> None:
    year_s = 365 * DAY_S
    assert (10 * year_s, year_s, 2 * year_s) == (AUTHORITY_LIFE_S, AUTHORITY_WAITS_S, SUCCESSOR_BEFORE_S)
    for said in ("ten years", "for a year before it signs", "Two years before its end"):
        assert said in TEXT
    assert "| 90 days (`certificates.days`) |" in TEXT
    values = yaml.safe_load((ROOT / "helm" / "token-gateway" / "values.yaml").read_text())
    assert values["certificates"]["days"] == 90


def test_a_certificate_of_ones_own_has_the_names_that_are_asked() -> None:
    asked = {service(Settings()).host, in_cluster(Settings()).gateway_name}
    assert set(CERTIFICATE["spec"]["dnsNames"]) == asked
    for listener in OWN["listeners"].values():
        assert listener["tls"]["existingSecret"] == CERTIFICATE["spec"]["secretName"]


@pytest.mark.wire
@pytest.mark.parametrize("values", [OWN, CLEAR], ids=["of one's own", "in the clear"])
def test_a_release_takes_the_values(values: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    release = install(SCENARIOS["gateway-api"], file)
    assert not [one for one in release.of_kind("Secret") if "certificate" in one["metadata"]["name"]]
    assert ("tls" in release.config()["listeners"]["grpc"]) is (values is OWN)
    mounted = {one["name"] for one in release.container["volumeMounts"]}
    assert ({"tls-decision", "tls-grpc"} <= mounted) is (values is OWN)
    assert ("tls.enabled: false" in release.notes) is (values is CLEAR)


def test_the_secrets_are_those_of_the_chart() -> None:
    (rule,) = ROLE["rules"]
    names = [
        one["metadata"]["name"] for one in yaml.safe_load_all(_golden()) if one and one["kind"] == "Secret"
    ]
    assert set(rule["resourceNames"]) == {one for one in names if "certificate" in one}
    for name in rule["resourceNames"]:
        assert f"| `{name}` |" in PAGE.read_text()


def _golden() -> str:
    return (ROOT / "tests" / "helm" / "golden" / "minimal.yaml").read_text()
