"""Is the API server found as a pod is told of it?"""

from pathlib import Path

import pytest

from gateway.kubernetes.place import ApiServer, NotInCluster, in_cluster, own_namespace


@pytest.fixture
def account(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("t")
    (tmp_path / "namespace").write_text("token-gateway\n")
    return tmp_path


@pytest.mark.parametrize(
    ("host", "authority"),
    [
        ("10.96.0.1", "10.96.0.1"),
        ("fd00::1", "[fd00::1]"),
        ("kube.svc", "kube.svc"),
    ],
)
def test_a_pod(account: Path, host: str, authority: str) -> None:
    told = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"}
    assert in_cluster(told, account) == ApiServer(
        url=f"https://{authority}:443",
        token_file=str(account / "token"),
        ca_file=str(account / "ca.crt"),
    )
    assert own_namespace(account) == "token-gateway"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"KUBERNETES_SERVICE_HOST": "10.96.0.1"},
        {"KUBERNETES_SERVICE_PORT": "443"},
        {"KUBERNETES_SERVICE_HOST": "", "KUBERNETES_SERVICE_PORT": "443"},
    ],
)
def test_what_is_not_told(account: Path, told: dict[str, str]) -> None:
    with pytest.raises(NotInCluster):
        in_cluster(told, account)


def test_a_pod_without_a_token(tmp_path: Path) -> None:
    told = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    with pytest.raises(NotInCluster):
        in_cluster(told, tmp_path)
    with pytest.raises(NotInCluster):
        own_namespace(tmp_path)
