"""What may the pods ask of the API server? The gateway nothing, who keeps the keys one Secret."""

import pytest

from tests.helm.certificate import words
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
def test_who_keeps_them_may_read_and_replace_the_secrets_that_are_mounted_and_one_more(scenario: str) -> None:
    release = rendered(scenario)
    jobs = {name: pod for name, pod in specs(release).items() if not name.startswith("Deployment/")}
    named: set[str] = set()
    for pod in jobs.values():
        assert pod["automountServiceAccountToken"] is True
        (account,) = {one["serviceAccountName"] for one in jobs.values()}
        for container in pod["containers"]:
            words = container["args"]
            namespace, _, secret = words[words.index("--secret") + 1].partition("/")
            assert namespace == release.deployment["metadata"]["namespace"]
            assert secret in mounted(release)
            named |= {secret, f"{secret}-ca"} if words[0] == "certificates" else {secret}
        assert rights(release, account) >= {("", "secrets", one, "get") for one in named}
    given = {
        right
        for one in release.of_kind("ServiceAccount")
        for right in rights(release, one["metadata"]["name"])
    }
    assert given == {("", "secrets", one, verb) for one in named for verb in ("get", "update")}
    assert bool(release.of_kind("Role")) is bool(jobs)


def mounted(release: Rendered) -> set[str]:
    """The Secrets of the gateway's pods."""
    found = {volume["secret"]["secretName"] for volume in release.pod["volumes"] if "secret" in volume}
    for volume in release.pod["volumes"]:
        found |= {one["secret"]["name"] for one in volume.get("projected", {}).get("sources", [])}
    return found


def test_the_secret_is_there_before_it_is_filled_and_helm_never_fills_it() -> None:
    for name in ("token-gateway-keys", "token-gateway-certificate", "token-gateway-certificate-ca"):
        secret = rendered("minimal").named("Secret", name)
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
    assert words(rendered("extended"), "CronJob", "keys"), "a Secret of the operator's own may be rotated"
    jobs = [name for name in specs(rendered("extended")) if name.startswith("Job/")]
    assert len(jobs) == 1
    (container,) = specs(rendered("extended"))[jobs[0]]["containers"]
    assert container["name"] == "certificates", "and is never given a first key"


def test_a_certificate_of_ones_own_is_left_alone() -> None:
    assert "certificates" not in rendered("traefik").text
    assert words(rendered("traefik"), "Job", "keys")
    assert words(rendered("edge-dev"), "Job")[:2] == ["certificates", "init"]
    assert words(rendered("edge-dev"), "CronJob")[:2] == ["certificates", "renew"]
