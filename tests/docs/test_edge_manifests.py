"""Would a cluster take the manifests of docs/edge.md, and does what they run find what it needs?"""

import base64
from pathlib import Path
from typing import Final

import pytest
import yaml

from gateway.app.parts import DRAIN_S
from gateway.config.compile import load_world
from tests.docs.edge_page import FILE, KUSTOMIZATION, MANIFESTS, Json
from tests.docs.kubernetes_kinds import fault
from tests.tls.authority import Authority

pytestmark = pytest.mark.wire

VERSIONS: Final = ("1.30", "1.37")
"""The oldest that knows `preStop.sleep` without being asked to, and the newest."""
PAIR: Final = Authority().serving("api.example.com")
FILES: Final = {"gateway.yaml": FILE.encode(), "tls/tls.crt": PAIR.chain, "tls/tls.key": PAIR.key}

WRITTEN: Final[list[Json]] = list(yaml.load_all(MANIFESTS, yaml.CSafeLoader))
RULES: Final[Json] = yaml.load(KUSTOMIZATION, yaml.CSafeLoader)


def generated() -> list[Json]:
    """What `kubectl apply -k` makes of files, where no suffix is asked for: a key is a file's own name."""
    assert RULES["generatorOptions"] == {"disableNameSuffixHash": True}
    maps = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": one["name"]},
            "data": {Path(file).name: FILES[file].decode() for file in one["files"]},
        }
        for one in RULES["configMapGenerator"]
    ]
    secrets = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": one["name"]},
            "type": one["type"],
            "data": {Path(file).name: base64.b64encode(FILES[file]).decode() for file in one["files"]},
        }
        for one in RULES["secretGenerator"]
    ]
    return [*maps, *secrets]


def of_kind(kind: str) -> list[Json]:
    return [one for one in (*WRITTEN, *generated()) if one["kind"] == kind]


def pod() -> Json:
    (deployment,) = of_kind("Deployment")
    return dict(deployment["spec"]["template"]["spec"])


def container() -> Json:
    (only,) = pod()["containers"]
    return dict(only)


def ports() -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container()["ports"]}


def mounted(folder: Path) -> Path:
    """Lay out what the one volume projects, as the kubelet does, and give the gateway's file."""
    (volume,) = pod()["volumes"]
    (mount,) = container()["volumeMounts"]
    assert (mount["name"], mount["readOnly"]) == (volume["name"], True)
    held = {(one["kind"], one["metadata"]["name"]): one["data"] for one in generated()}
    for source in volume["projected"]["sources"]:
        if "configMap" in source:
            for name, text in held["ConfigMap", source["configMap"]["name"]].items():
                _lay(folder / name, text.encode())
        else:
            for item in source["secret"]["items"]:
                found = held["Secret", source["secret"]["name"]][item["key"]]
                _lay(folder / item["path"], base64.b64decode(found))
    *command, option, file, workers, count = container()["command"]
    assert (*command, option) == ("gateway", "serve", "-c")
    # Without a quota there would be one for each processor of the node, and memory is limited.
    assert (workers, count) == ("--workers", "1")
    return folder / Path(file).relative_to(mount["mountPath"])


def _lay(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("one", [*WRITTEN, *generated()], ids=lambda one: one["kind"])
def test_each_is_what_its_kind_asks_for(one: Json, version: str) -> None:
    assert fault(one, version) is None


def test_a_name_that_no_field_has_is_found() -> None:
    (right,) = of_kind("Deployment")
    wrong = {**right, "spec": {**right["spec"], "replica": 1}}
    assert "'replica' was unexpected" in str(fault(wrong, VERSIONS[-1]))


def test_the_kustomization_names_what_the_page_has_written() -> None:
    assert (RULES["apiVersion"], RULES["kind"]) == ("kustomize.config.k8s.io/v1beta1", "Kustomization")
    assert RULES["resources"] == ["token-gateway.yaml"]
    assert [RULES["namespace"]] == [one["metadata"]["name"] for one in of_kind("Namespace")]


def test_what_is_mounted_is_a_configuration_that_listens_where_the_manifests_say(tmp_path: Path) -> None:
    world = load_world(mounted(tmp_path))
    assert world.refused == ()
    assert world.warnings == ()
    at = world.listeners
    assert at.edge is not None
    assert ports() == {"edge": at.edge.port, "keys": at.keys.port, "admin": at.admin.port}
    assert {at.edge.host, at.keys.host, at.admin.host} == {"0.0.0.0"}


def test_every_way_in_leads_to_a_port_of_the_pod() -> None:
    (deployment,) = of_kind("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    for service in of_kind("Service"):
        assert service["spec"]["selector"] == labels
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports().keys()
    (policy,) = of_kind("NetworkPolicy")
    assert policy["spec"]["podSelector"] == {"matchLabels": labels}
    opened = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
    assert opened == set(ports().values())
    (for_all,) = (rule for rule in policy["spec"]["ingress"] if "from" not in rule)
    assert for_all["ports"] == [{"port": ports()["edge"]}]


def test_backends_find_the_keys_where_the_tokens_say_they_are() -> None:
    uri = yaml.load(FILE, yaml.CSafeLoader)["downstream"]["jwks_uri"]
    names = {f"http://{one['metadata']['name']}.{RULES['namespace']}.svc" for one in of_kind("Service")}
    assert uri.removesuffix(":8081/.well-known/jwks.json") in names


def test_it_runs_under_the_restricted_standard() -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted."""
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}
    of_pod, of_container = pod()["securityContext"], container()["securityContext"]
    assert of_pod["runAsNonRoot"] is True
    assert of_pod["runAsUser"] > 0
    assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert of_container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert all(port >= 1024 for port in ports().values())
    assert not any("hostPort" in port for port in container()["ports"])


def test_it_has_the_time_to_drain() -> None:
    sleep = container()["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep + DRAIN_S < pod()["terminationGracePeriodSeconds"]
    assert container()["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "admin"}
    assert container()["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "admin"}
