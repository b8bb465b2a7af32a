from gateway.audit.estate.selectors import Selector, Workloads, label_selector, selector_of
from tests.audit.shop import deployment, network_policy, service
from tests.audit.showing import estate_of


def chooses(spec: str, **labels: str) -> bool:
    (one,) = estate_of(network_policy(f"podSelector: {{{spec}}}")).objects
    selector = one.node.child("spec")
    assert selector is not None
    return label_selector(selector.child("podSelector")).chooses(labels)


def test_labels_and_expressions() -> None:
    def expression(operator: str, *values: str) -> str:
        return f"matchExpressions: [{{key: app, operator: {operator}, values: [{', '.join(values)}]}}]"

    assert chooses("")
    assert chooses("", app="a")
    assert chooses("matchLabels: {app: a}", app="a", tier="web")
    assert not chooses("matchLabels: {app: a, tier: db}", app="a", tier="web")
    assert chooses(expression("In", "a", "b"), app="b")
    assert not chooses(expression("In", "a", "b"))
    assert chooses(expression("NotIn", "a"))
    assert not chooses(expression("NotIn", "a"), app="a")
    assert chooses(expression("Exists"), app="a")
    assert not chooses(expression("Exists"))
    assert chooses(expression("DoesNotExist"))
    assert not chooses(expression("Like", "a"), app="a"), "what nobody knows chooses nothing"


def test_what_a_service_sends_requests_to() -> None:
    estate = estate_of(
        service(),
        deployment(labels="app: orders, tier: web"),
        deployment(name="other", labels="app: other"),
        deployment(name="far", namespace="far"),
    )
    workloads = Workloads(estate)
    (found,) = workloads.behind(estate.of("Service")[0])
    assert (found.of.owner, found.account) == ("Deployment/shop/orders", "default")
    assert workloads.behind(estate.of("Service")[0]) is workloads.behind(estate.of("Service")[0])


def test_a_service_without_selector_chooses_nothing() -> None:
    estate = estate_of(service("clusterIP: None"), deployment())
    assert selector_of(estate.of("Service")[0]) is None
    assert Workloads(estate).behind(estate.of("Service")[0]) == ()


def test_every_kind_that_makes_pods() -> None:
    template = "metadata: {labels: {app: orders}}, spec: {serviceAccountName: mine}"
    kinds = {
        "Pod": "spec: {serviceAccount: mine}",
        "StatefulSet": f"spec: {{template: {{{template}}}}}",
        "CronJob": f"spec: {{jobTemplate: {{spec: {{template: {{{template}}}}}}}}}",
    }
    versions = {"Pod": "v1", "StatefulSet": "apps/v1", "CronJob": "batch/v1"}
    texts = [
        f"apiVersion: {versions[kind]}\nkind: {kind}\n"
        f"metadata: {{name: it, namespace: shop, labels: {{app: orders}}}}\n{body}\n"
        for kind, body in kinds.items()
    ]
    workloads = Workloads(estate_of(*texts))
    assert {(one.of.kind, one.account) for one in workloads.by("shop", Selector({"app": "orders"}))} == {
        (kind, "mine") for kind in kinds
    }


def test_what_another_workload_made_is_not_told_twice() -> None:
    made = (
        "apiVersion: v1\nkind: Pod\n"
        "metadata: {name: orders-1, namespace: shop, labels: {app: orders},\n"
        "  ownerReferences: [{kind: ReplicaSet}]}\n"
        "spec: {containers: []}\n"
    )
    assert [one.of.kind for one in Workloads(estate_of(deployment(), made)).all] == ["Deployment"]
    operator = made.replace("ReplicaSet", "Database")
    assert [one.of.kind for one in Workloads(estate_of(operator)).all] == ["Pod"]
