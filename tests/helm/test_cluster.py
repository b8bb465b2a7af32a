"""Does a real API server take the release, admit its pods where `restricted` is enforced, let the Job work?

There are no nodes, so that nothing runs but what is run here.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helm.chart import NAMESPACE, SCENARIOS, Json, rendered
from tests.helm.pods import specs, templates
from tests.wire.api_server import ApiServer
from tests.wire.components import REPOSITORY, Component, version
from tests.wire.what_ran import record

pytestmark = [pytest.mark.wire, pytest.mark.long]

OF_OTHERS = ("monitoring.coreos.com/", "gateway.networking.k8s.io/")
IRREGULAR = {"NetworkPolicy": "networkpolicies"}
FILLED = {
    "token-gateway-keys": "keys.json",
    "token-gateway-certificate": "tls.crt",
    "token-gateway-certificate-ca": "authorities.json",
}
ENFORCED = {"pod-security.kubernetes.io/enforce": "restricted"}


@pytest.fixture(scope="module")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with ApiServer(tmp_path_factory.mktemp("cluster")) as running:
        for namespace in (NAMESPACE, "security"):
            running.make("/api/v1/namespaces", {"metadata": {"name": namespace, "labels": ENFORCED}})
        running.make(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", {"metadata": {"name": "gateway"}})
        yield running


@pytest.fixture
def cluster(request: pytest.FixtureRequest, _prepared: ApiServer) -> ApiServer:
    record(request.node, "kube-apiserver", version(Component.KUBE_APISERVER))
    return _prepared


def place(one: Json) -> str:
    """Where objects of its kind are."""
    group = one["apiVersion"]
    root = f"apis/{group}" if "/" in group else f"api/{group}"
    kind = IRREGULAR.get(one["kind"], one["kind"].lower() + "s")
    return f"/{root}/namespaces/{one['metadata'].get('namespace', NAMESPACE)}/{kind}"


def apply(cluster: ApiServer, one: Json, *, dry: bool = False) -> tuple[int, Json]:
    """As Helm does: by server-side apply; no field that is unknown is let through."""
    how = "fieldManager=helm&force=true&fieldValidation=Strict" + ("&dryRun=All" if dry else "")
    path = f"{place(one)}/{one['metadata']['name']}?{how}"
    return cluster.ask("PATCH", path, one, media_type="application/apply-patch+yaml")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_object_is_taken(cluster: ApiServer, scenario: str) -> None:
    for one in rendered(scenario).objects:
        if not one["apiVersion"].startswith(OF_OTHERS):
            status, said = apply(cluster, one, dry=True)
            assert status in {200, 201}, said.get("message")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_pod_is_admitted_unless_the_values_weaken_it(cluster: ApiServer, scenario: str) -> None:
    for account in rendered(scenario).of_kind("ServiceAccount"):
        apply(cluster, account)
    for template in templates(rendered(scenario)).values():
        spec = {**template["spec"]}
        for of_the_cluster in ("priorityClassName", "runtimeClassName"):
            spec.pop(of_the_cluster, None)
        namespace = rendered(scenario).deployment["metadata"]["namespace"]
        metadata = {**template["metadata"], "name": "tried", "namespace": namespace}
        one = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        status, said = apply(cluster, one, dry=True)
        if scenario == "weakened":
            assert (status, "violates PodSecurity" in said["message"]) == (403, True)
        else:
            assert status == 201, said.get("message")


def test_the_job_fills_the_secret_with_the_charts_own_rights_and_helm_leaves_it_alone(
    cluster: ApiServer, tmp_path: Path
) -> None:
    release = rendered("minimal")
    for one in release.objects:
        assert apply(cluster, one)[0] in {200, 201}
    account, (role,) = "token-gateway-keys", release.of_kind("Role")
    cluster.wait_until_allowed(NAMESPACE, account, role["rules"])
    token = tmp_path / "token"
    there = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
    made = cluster.make(there, {"spec": {"expirationSeconds": 600}})
    token.write_text(made["status"]["token"])
    reach = ["--server", cluster.url, "--token-file", str(token), "--ca-file", str(cluster.ca_file)]
    pods = {name: pod for name, pod in specs(release).items() if not name.startswith("Deployment/")}
    assert [name.split("/")[0] for name in pods] == ["Job", "CronJob"]
    for pod in pods.values():
        assert [one["name"] for one in pod["containers"]] == ["certificates", "keys"]
        for container in pod["containers"]:
            command = [sys.executable, "-m", "gateway", *container["args"], *reach]
            ran = subprocess.run(
                command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
            )
            assert ran.returncode == 0, ran.stderr
        for name, file in FILLED.items():
            secret = release.named("Secret", name)
            before = cluster.ask("GET", f"{place(secret)}/{name}")[1]["data"]
            assert file in before
            assert apply(cluster, secret)[0] == 200
            assert cluster.ask("GET", f"{place(secret)}/{name}")[1]["data"] == before
