"""What may the pods ask of the API server? The gateway nothing, who keeps the keys one Secret."""

import pytest

from tests.helm.chart import SCENARIOS, Json, Rendered, rendered
from tests.helm.pods import specs

pytestmark = pytest.mark.wire
each = pytest.mark.parametrize("scenario", SCENARIOS)

Right = tuple[str, str, str, str]
"""Group, resource, name, verb."""


def rights(release: Rendered, account: str) -> set[Right]:
    """What a service account may, as its bindings say."""
    found: set[Right] = set()
    roles = {role["metadata"]["name"]: role for role in release.of_kind("Role")}
    for binding in release.of_kind("RoleBinding"):
        namespace = binding["metadata"]["namespace"]
        if {"kind": "ServiceAccount", "name": account, "namespace": namespace} in binding["subjects"]:
            assert binding["roleRef"]["kind"] == "Role"
            for rule in roles[binding["roleRef"]["name"]]["rules"]:
                found |= _of_rule(rule)
    return found


def _of_rule(rule: Json) -> set[Right]:
    return {
        (group, resource, name, verb)
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", ["*"])
        for verb in rule["verbs"]
    }


@each
def test_nothing_is_given_beyond_the_namespace(scenario: str) -> None:
    kinds = {one["kind"] for one in rendered(scenario).objects}
    assert not kinds & {"ClusterRole", "ClusterRoleBinding"}


@each
def test_the_gateway_has_no_right_and_no_token(scenario: str) -> None:
    release = rendered(scenario)
    pod = release.pod
    assert pod["automountServiceAccountToken"] is False
    assert rights(release, pod["serviceAccountName"]) == set()
    for account in release.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
    for volume in pod["volumes"]:
        sources = volume.get("projected", {}).get("sources", [])
        assert not any("serviceAccountToken" in source for source in sources)


@each
def test_who_keeps_the_keys_may_read_and_replace_that_one_secret(scenario: str) -> None:
    release = rendered(scenario)
    jobs = {name: pod for name, pod in specs(release).items() if not name.startswith("Deployment/")}
    for pod in jobs.values():
        assert pod["automountServiceAccountToken"] is True
        (keys,) = (volume for volume in release.pod["volumes"] if volume["name"] == "keys")
        secret = keys["projected"]["sources"][-1]["secret"]["name"]
        assert rights(release, pod["serviceAccountName"]) == {
            ("", "secrets", secret, "get"),
            ("", "secrets", secret, "update"),
        }
        (container,) = pod["containers"]
        named = container["args"][container["args"].index("--secret") + 1]
        assert named == f"{release.deployment['metadata']['namespace']}/{secret}"
    assert bool(release.of_kind("Role")) is bool(jobs)


def test_the_secret_is_there_before_it_is_filled_and_helm_never_fills_it() -> None:
    secret = rendered("minimal").named("Secret", "token-gateway-keys")
    assert "data" not in secret
    assert "stringData" not in secret
    assert not any("helm.sh/hook" in text for text in secret["metadata"].get("annotations", {}))


@each
def test_no_object_of_the_chart_holds_a_secret(scenario: str) -> None:
    for secret in rendered(scenario).of_kind("Secret"):
        assert set(secret) == {"apiVersion", "kind", "metadata", "type"}
    assert "BEGIN" not in rendered(scenario).text


def test_keys_that_are_kept_elsewhere_are_left_alone() -> None:
    release = rendered("existing")
    assert not {"Secret", "Job", "CronJob", "Role", "ServiceAccount"} & {
        one["kind"] for one in release.objects
    }
    assert rendered("extended").of_kind("CronJob"), "a Secret of the operator's own may be rotated"
    assert not rendered("extended").of_kind("Job"), "and is never given a first key"
