"""Do all pods keep the standard `restricted`, unless the values say otherwise?

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator

import pytest

from tests.helm.chart import SCENARIOS, Json, rendered
from tests.helm.pods import specs

pytestmark = pytest.mark.wire

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def violations(pod: Json) -> Iterator[str]:
    """What of a pod the standard forbids."""
    whole = pod.get("securityContext", {})
    yield from (name for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name))
    if (whole.get("seccompProfile") or {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "seccompProfile"
    if whole.get("runAsNonRoot") is not True:
        yield "runAsNonRoot"
    if whole.get("runAsUser") == 0:
        yield "runAsUser"
    for volume in pod.get("volumes", []):
        if not set(volume) - {"name"} <= VOLUMES:
            yield "volumes"
    for container in (*pod["containers"], *pod.get("initContainers", [])):
        yield from _of_container(container)


def _of_container(container: Json) -> Iterator[str]:
    own = container.get("securityContext", {})
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    if own.get("privileged"):
        yield "privileged"
    capabilities = own.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "capabilities"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "hostPort"


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "weakened"])
def test_every_pod_keeps_it(scenario: str) -> None:
    pods = specs(rendered(scenario))
    assert pods
    for name, pod in pods.items():
        assert list(violations(pod)) == [], name


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "weakened"])
def test_beyond_it_nothing_can_be_written_and_nobody_is_known(scenario: str) -> None:
    for pod in specs(rendered(scenario)).values():
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["runAsGroup"] == 65532
        assert pod["enableServiceLinks"] is False
    mounts = rendered(scenario).container["volumeMounts"]
    assert all(mount["readOnly"] for mount in mounts)
    assert not any("subPath" in mount for mount in mounts), "such a mount never sees a change"


def test_what_weakens_it_is_found() -> None:
    (pod,) = specs(rendered("weakened")).values()
    assert set(violations(pod)) == {
        "seccompProfile",
        "runAsNonRoot",
        "runAsUser",
        "allowPrivilegeEscalation",
        "capabilities",
    }
