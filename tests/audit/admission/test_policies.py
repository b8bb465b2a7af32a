"""Are the policies what an API server takes, and does it refuse with them what the rules object to?"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.audit.admission.policies import POLICIES, admission
from gateway.audit.check import check
from gateway.audit.example import examples
from gateway.audit.rules import RULES
from tests.audit.admission.cases import ADMITTED, REFUSED, Json, middleware
from tests.audit.showing import estate_of
from tests.docs.kubernetes_kinds import fault
from tests.wire.api_server import ApiServer
from tests.wire.components import REPOSITORY, Component, version
from tests.wire.what_ran import record

STATIC = {
    *("NGX-003", "NGX-006", "NGX-008", "NGX-011", "NGX-017", "NGX-027"),
    *("TRF-003", "ENV-001", "GWA-003", "SAT-001"),
}
DEFINED = {
    "httpproxies.projectcontour.io": "01-crds.yaml",
    "contourconfigurations.projectcontour.io": "01-crds.yaml",
    "securitypolicies.gateway.envoyproxy.io": "gateway.envoyproxy.io_securitypolicies.yaml",
    "httproutes.gateway.networking.k8s.io": "gateway.networking.k8s.io_httproutes.yaml",
}
IRREGULAR = {"Ingress": "ingresses", "Middleware": "middlewares", "SecurityPolicy": "securitypolicies"}
IRREGULAR |= {"HTTPProxy": "httpproxies"}
SETTLES_S = 30.0


def documents(text: str) -> list[Json]:
    return [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]


def test_the_static_rules_have_one_each() -> None:
    assert set(POLICIES) == STATIC
    assert set(REFUSED) == STATIC


def test_each_is_two_objects_with_a_message_that_names_the_rule() -> None:
    for rule in POLICIES:
        policy, binding = documents(admission(rule))
        assert policy["metadata"]["name"] == f"token-gateway-audit-{rule.lower()}"
        assert binding["spec"]["policyName"] == policy["metadata"]["name"]
        assert policy["spec"]["failurePolicy"] == "Fail"
        (validation,) = policy["spec"]["validations"]
        assert validation["message"].startswith(f"{rule}: ")
        assert ". Fix: " in validation["message"]


def test_what_is_done_can_be_chosen() -> None:
    for rule in POLICIES:
        assert documents(admission(rule))[1]["spec"]["validationActions"] == ["Deny"]
        assert documents(admission(rule, "Warn"))[1]["spec"]["validationActions"] == ["Warn"]


def found(one: Json) -> set[str]:
    """What the audit finds in one object."""
    served = {"kind": "IngressClass", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "nginx"}}
    spec = {"controller": "k8s.io/ingress-nginx"}
    text = yaml.dump_all([one, {**served, "spec": spec}], Dumper=yaml.CSafeDumper, sort_keys=False)
    return {each.rule.id for each in check(estate_of(text)).findings}


@pytest.mark.long
def test_the_audit_says_the_same_of_each_of_these_objects() -> None:
    there = {one.id for one in RULES}
    let_be = [
        (rule, one)
        for rule, these in REFUSED.items()
        if rule in there
        for one in these
        if rule not in found(one)
    ]
    assert let_be == []
    assert [(one, both) for one in ADMITTED if (both := found(one) & STATIC)] == []


@pytest.mark.wire
def test_each_is_what_its_kind_asks_for() -> None:
    faults = [fault(one, v) for r in POLICIES for one in documents(admission(r)) for v in ("1.30", "1.37")]
    assert set(faults) == {None}


# --- a real API server --------------------------------------------------------


@pytest.fixture(scope="module")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """With the definitions that the policies are about, and all policies in force."""
    with ApiServer(tmp_path_factory.mktemp("cluster")) as running:
        for namespace in ("shop", "istio-system"):
            running.make("/api/v1/namespaces", {"metadata": {"name": namespace}})
        for definition in (traefiks(), *(published(name, file) for name, file in DEFINED.items())):
            running.make("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        settle(running, middleware(), expected=(201,))
        for rule in POLICIES:
            for one in documents(admission(rule)):
                running.make(place(one), one)
        for one in (these[0] for these in REFUSED.values()):
            settle(running, one, expected=(403, 422))
        yield running


@pytest.fixture
def cluster(request: pytest.FixtureRequest, _prepared: ApiServer) -> ApiServer:
    record(request.node, "kube-apiserver", version(Component.KUBE_APISERVER))
    return _prepared


def published(name: str, file: str) -> Json:
    text = (REPOSITORY / ".cache" / "definitions" / file).read_text()
    parts = (yaml.load(part, Loader=yaml.CSafeLoader) for part in text.split("\n---\n") if name in part)
    return next(one for one in parts if one and one["metadata"]["name"] == name)


def traefiks() -> Json:
    """No registry that the bootstrap asks has its definitions; every field is kept."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": "Middleware", "plural": "middlewares", "singular": "middleware"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "middlewares.traefik.io"},
        "spec": {"group": "traefik.io", "scope": "Namespaced", "names": names, "versions": [version]},
    }


def place(one: Json) -> str:
    group = one["apiVersion"]
    plural = plural_of(one)
    namespace = one["metadata"].get("namespace")
    if plural.startswith("validatingadmissionpol"):
        return f"/apis/{group}/{plural}"
    root = f"apis/{group}" if "/" in group else f"api/{group}"
    return f"/{root}/namespaces/{namespace or 'default'}/{plural}"


def plural_of(one: Json) -> str:
    kind: str = one["kind"]
    found = kind.lower()
    return IRREGULAR.get(kind) or (f"{found[:-1]}ies" if found.endswith("y") else f"{found}s")


def asked(cluster: ApiServer, one: Json) -> tuple[int, str]:
    """Whether it would be stored, and what is said of it if not."""
    status, said = cluster.ask("POST", f"{place(one)}?dryRun=All&fieldValidation=Strict", one)
    return status, str(said.get("message", ""))


def settle(cluster: ApiServer, one: Json, expected: tuple[int, ...]) -> None:
    """Definitions and policies are in force a moment after they were stored."""
    end = time.monotonic() + SETTLES_S
    while (said := asked(cluster, one))[0] not in expected:
        assert time.monotonic() < end, said
        time.sleep(0.1)


@pytest.mark.wire
@pytest.mark.long
def test_what_a_rule_objects_to_is_refused(cluster: ApiServer) -> None:
    let_in = [
        (rule, one, said)
        for rule, these in REFUSED.items()
        for one in these
        if f"{rule}: " not in (said := asked(cluster, one)[1])
    ]
    assert let_in == []


@pytest.mark.wire
@pytest.mark.long
def test_what_no_rule_objects_to_is_admitted(cluster: ApiServer) -> None:
    refused = [(one, said) for one in ADMITTED if (said := asked(cluster, one))[0] != 201]
    assert refused == []


@pytest.mark.wire
@pytest.mark.long
def test_an_object_that_was_right_cannot_be_made_wrong(cluster: ApiServer) -> None:
    right, (wrong, *_) = ADMITTED[1], REFUSED["NGX-006"]
    cluster.make(place(right), right)
    where = f"{place(right)}/{right['metadata']['name']}"
    status, said = cluster.ask("PUT", where, wrong)
    assert (status, "NGX-006: " in said["message"]) == (403, True)
    assert cluster.ask("DELETE", where)[0] == 200


@pytest.mark.wire
@pytest.mark.long
def test_policy_and_rule_agree_on_the_rules_own_examples(cluster: ApiServer) -> None:
    differ = []
    for rule in (one.id for one in RULES if one.id in POLICIES):
        (policy, _) = documents(admission(rule))
        unsound = [asked(cluster, one)[1] for one in matched(policy, rule, "unsound", cluster)]
        sound = [asked(cluster, one) for one in matched(policy, rule, "sound", cluster)]
        if not any(f"{rule}: " in said for said in unsound) or any(status != 201 for status, _ in sound):
            differ.append((rule, unsound, sound))
    assert differ == []


def matched(policy: Json, rule: str, which: str, cluster: ApiServer) -> list[Json]:
    """The objects of an example that the policy is about; their namespaces are made."""
    kinds = {
        (group, resource)
        for one in policy["spec"]["matchConstraints"]["resourceRules"]
        for group in one["apiGroups"]
        for resource in one["resources"]
    }
    files = examples(rule, "unsound" if which == "unsound" else "sound")
    given = [one for file in files if Path(file.name).suffix == ".yaml" for one in documents(file.text)]
    found = [one for one in given if (group_of(one), plural_of(one)) in kinds]
    for one in found:
        namespace = one["metadata"].get("namespace", "default")
        if cluster.ask("GET", f"/api/v1/namespaces/{namespace}")[0] == 404:
            cluster.make("/api/v1/namespaces", {"metadata": {"name": namespace}})
    return found


def group_of(one: Json) -> str:
    group, slash, _ = one["apiVersion"].partition("/")
    return str(group) if slash else ""
