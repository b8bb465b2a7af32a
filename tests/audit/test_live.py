"""Does it read a real cluster, with the rights that docs/audit.md gives and no others?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.audit.estate.estate import Gathering
from gateway.audit.live import gather_live
from gateway.kubernetes.access import Access
from tests.cli.configuration import runner
from tests.docs.pages import ROOT, blocks_of
from tests.wire.api_server import ADMIN, ApiServer
from tests.wire.components import Component, version
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

PAGE = ROOT / "docs" / "audit-coverage.md"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with ApiServer(tmp_path_factory.mktemp("audited")) as server:
        server.program.wait_for(lambda: _has_roles(server), "the roles that every cluster has")
        _fill(server)
        yield server


@pytest.fixture
def api(request: pytest.FixtureRequest, running: ApiServer) -> ApiServer:
    record(request.node, "kube-apiserver", version(Component.KUBE_APISERVER))
    return running


def _has_roles(server: ApiServer) -> bool:
    discovery = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:discovery"
    return server.ask("GET", discovery)[0] == 200


def _fill(server: ApiServer) -> None:
    for namespace in ("shop", "other"):
        server.make("/api/v1/namespaces", {"metadata": {"name": namespace}})
        server.make(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": "default"}})
        for number in range(3):
            path = {"path": "/", "pathType": "Prefix", "backend": _backend()}
            server.make(
                f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses",
                {
                    "metadata": {"name": f"orders-{number}"},
                    "spec": {"rules": [{"host": f"{number}.example.com", "http": {"paths": [path]}}]},
                },
            )
    account = {"kubernetes.io/service-account.name": "default"}
    server.make(
        "/api/v1/namespaces/shop/secrets",
        {
            "metadata": {"name": "forever", "annotations": account},
            "type": "kubernetes.io/service-account-token",
            "stringData": {"extra": "hunter2"},
        },
    )
    for name, owners in (("alone", []), ("made", [_owner()])):
        server.make(
            "/api/v1/namespaces/shop/pods",
            {
                "metadata": {"name": name, "ownerReferences": owners},
                "spec": {"containers": [{"name": "a", "image": "a"}], "serviceAccountName": "default"},
            },
        )


def _backend() -> dict[str, object]:
    return {"service": {"name": "orders", "port": {"number": 80}}}


def _owner() -> dict[str, object]:
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "1", "controller": True}


def access(server: ApiServer, token: str = ADMIN) -> Access:
    return Access(url=server.url, authority=server.ca_file.read_bytes(), token=token, context="lab")


def gathered(
    server: ApiServer, token: str = ADMIN, namespace: str | None = None, *, secrets: bool = False
) -> Gathering:
    gathering = Gathering()
    asyncio.run(gather_live(access(server, token), gathering, namespace=namespace, include_secrets=secrets))
    return gathering


def test_every_object_with_its_place(api: ApiServer) -> None:
    found = gathered(api)
    assert (found.unread, found.unlisted) == ([], {})
    ingresses = [one for one in found.objects if one.kind == "Ingress"]
    assert len(ingresses) == 6
    assert str(ingresses[0].place()) == f"cluster/lab {ingresses[0].owner}"
    assert {one.group for one in ingresses} == {"networking.k8s.io"}
    assert [one.name for one in found.objects if one.kind == "Pod"] == ["alone"]
    assert "ClusterRole" in {one.kind for one in found.objects}
    assert not [one for one in found.objects if one.kind == "Secret"]


def test_one_namespace_alone(api: ApiServer) -> None:
    found = gathered(api, namespace="shop")
    assert {one.namespace for one in found.objects if one.kind == "Ingress"} == {"shop"}
    assert "ClusterRole" in {one.kind for one in found.objects}


def test_secrets_are_asked_for_by_name_and_give_nothing_of_what_they_hold(api: ApiServer) -> None:
    (secret,) = (one for one in gathered(api, secrets=True).objects if one.kind == "Secret")
    assert (secret.owner, secret.node.child("type") is not None) == ("Secret/shop/forever", True)
    assert secret.node.child("data") is None
    assert "hunter2" not in repr(secret.node)


def test_what_an_account_may_not_list_is_told_and_the_rest_is_read(api: ApiServer, tmp_path: Path) -> None:
    rule = {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list"]}
    token = api.account("shop", "auditor", tmp_path, rule).read_text()
    found = gathered(api, token, namespace="shop")
    assert {one.kind for one in found.objects} == {"Ingress"}
    said = {str(one).partition(":")[2].partition(":")[0].strip() for one in found.unlisted}
    assert {"services", "configmaps", "deployments.apps", "clusterroles.rbac.authorization.k8s.io"} <= said
    assert all("this account may not list them" in one.what for one in found.unlisted)
    assert {"Service", "ConfigMap", "Pod"} <= set(found.unlisted.values())
    assert not found.finished(is_whole=True).shows("Pod")


def test_the_documented_role_is_enough(api: ApiServer, tmp_path: Path) -> None:
    role = next(
        yaml.load(block.text, yaml.CSafeLoader) for block in blocks_of(PAGE) if "ClusterRole" in block.text
    )
    roles = "/apis/rbac.authorization.k8s.io/v1"
    api.make(f"{roles}/clusterroles", role)
    token = api.account("other", "auditor", tmp_path).read_text()
    subject = {"kind": "ServiceAccount", "name": "auditor", "namespace": "other"}
    binding = {"metadata": {"name": "auditor"}, "roleRef": _ref(role), "subjects": [subject]}
    api.make(f"{roles}/clusterrolebindings", binding)
    found = gathered(api, token)
    assert (found.unread, found.unlisted) == ([], {})
    assert {"Ingress", "Pod", "ClusterRole", "ConfigMap"} <= {one.kind for one in found.objects}
    refused = gathered(api, token, secrets=True).unlisted
    assert [one.what for one in refused] == ["secrets: this account may not list them"]


def _ref(role: dict[str, Any]) -> dict[str, str]:
    return {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": role["metadata"]["name"],
    }


def test_the_command_reads_the_cluster_of_a_kubeconfig(
    api: ApiServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster = {"server": api.url, "certificate-authority": str(api.ca_file)}
    document = {
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": ADMIN}}],
    }
    (tmp_path / "config").write_text(yaml.dump(document, Dumper=yaml.CSafeDumper))
    live = ("--live", "--kubeconfig", str(tmp_path / "config"))
    report = runner(capfd)("audit", *live, "--format", "json", "--fail-on", "never")
    assert report.code == 0
    assert report.document["unread"] == []
    assert report.document["summary"]["objects"] > 50
    assert ADMIN not in report.out + report.err
    base = tmp_path / "nothing.yaml"
    base.write_text("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n")
    assert runner(capfd)("audit", "diff", base, *live, "--fail-on", "never").code == 0
    assert runner(capfd)("audit", "coverage", *live).code == 0
