from dataclasses import replace
from typing import Any

from gateway.audit.exposure import Backend
from gateway.audit.rule import Rule
from gateway.audit.rules.coverage.network import BACKENDS, ON_THE_NODE, OUR_PORT
from tests.audit.exposing import guarded, route, said
from tests.audit.shop import OURS, deployment, network_policy, our_deployment, our_service, service
from tests.audit.showing import estate_of

FROM_INGRESS = "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]"
NONE = "no NetworkPolicy chooses the pods behind a.example /**"
EVERYBODY = "admits everybody to the pods behind a.example /**"


def told(rule: Rule, *texts: str, routes: Any = None) -> list[str]:
    return said(rule, *(routes or [guarded("a.example/")]), estate=estate_of(*texts))


def policy(ingress: str, chooses: str = "podSelector: {matchLabels: {app: orders}}") -> str:
    return network_policy(f"{chooses}, ingress: [{ingress}]")


def test_pods_without_a_policy() -> None:
    other = network_policy("podSelector: {matchLabels: {app: other}}")
    assert told(BACKENDS, service(), deployment()) == [f"info: {NONE}"], "no policies were given"
    assert told(BACKENDS, service(), deployment(), other) == [NONE]
    assert told(BACKENDS, service(), deployment(), network_policy("podSelector: {}")) == []
    assert told(BACKENDS, service()) == told(BACKENDS, deployment()) == [], "the pods are not told"
    assert told(BACKENDS, service(), deployment(), other, routes=[route("a.example/")]) == []
    egress = network_policy("podSelector: {}, policyTypes: [Egress]")
    assert told(BACKENDS, service(), deployment(), egress) == [NONE]


def test_policies_of_another_kind_may_choose_them() -> None:
    cilium = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, namespace: shop}\n"
    other = network_policy("podSelector: {matchLabels: {app: other}}")
    calico = network_policy("selector: all()", name="b", api="crd.projectcalico.org/v1")
    assert told(BACKENDS, service(), deployment(), other, cilium) == []
    assert told(BACKENDS, service(), deployment(), other, calico) == []


def test_policies_that_admit_everybody() -> None:
    rules = {
        FROM_INGRESS: [],
        f"{FROM_INGRESS}, ports: [{{port: 8080}}]": [],
        "ports: [{port: 8080}]": [EVERYBODY],
        "ports: [{port: web}]": [EVERYBODY],
        "ports: [{port: 8000, endPort: 9000}]": [EVERYBODY],
        "ports: [{port: 9090}]": [],
        "ports: [{protocol: TCP}]": [EVERYBODY],
        "from: []": [EVERYBODY],
        "from: [{namespaceSelector: {}}]": [EVERYBODY],
        "from: [{namespaceSelector: {}, podSelector: {}}]": [EVERYBODY],
        "from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: nginx}}}]": [],
        "from: [{podSelector: {}}]": [],
        "from: [{ipBlock: {cidr: 0.0.0.0/0}}]": [EVERYBODY],
        "from: [{ipBlock: {cidr: 10.0.0.0/8}}]": [],
    }
    said_of = {rule: told(BACKENDS, service(), deployment(), policy(f"{{{rule}}}")) for rule in rules}
    assert said_of == rules


def test_one_of_several_policies_is_enough() -> None:
    closed = policy(f"{{{FROM_INGRESS}}}")
    open_to_all = network_policy("podSelector: {}, ingress: [{}]", name="all")
    assert told(BACKENDS, service(), deployment(), closed, open_to_all) == [EVERYBODY]


def test_our_own_port() -> None:
    ours = (our_service(), our_deployment())
    mine = network_policy(f"podSelector: {{}}, ingress: [{{{FROM_INGRESS}}}]", namespace="token-gateway")
    everybody = network_policy("podSelector: {}, ingress: [{}]", namespace="token-gateway")
    metrics = network_policy(
        "podSelector: {}, ingress: [{ports: [{port: admin}]}]", name="metrics", namespace="token-gateway"
    )
    other = network_policy("podSelector: {matchLabels: {a: b}}", namespace="token-gateway")
    assert told(OUR_PORT, *ours, mine) == []
    assert told(OUR_PORT, *ours, mine, metrics) == []
    assert told(OUR_PORT, *ours, everybody) == ["admits everybody to the port where proxies ask"]
    assert told(OUR_PORT, *ours, other) == ["no NetworkPolicy chooses the port where proxies ask"]
    assert told(OUR_PORT, *ours) == ["info: no NetworkPolicy chooses the port where proxies ask"]
    assert told(BACKENDS, *ours, other) == []


def test_our_own_port_is_published() -> None:
    assert told(OUR_PORT, our_service("type: LoadBalancer")) == [
        "a load balancer opens this Service, where proxies ask the gateway"
    ]
    nameless = our_service("type: NodePort", labels="")
    assert len(told(OUR_PORT, nameless)) == 1, "the auth URL names it"
    assert told(OUR_PORT, nameless, routes=[route("a.example/")]) == []
    led = route("auth.example/")
    assert told(
        OUR_PORT,
        our_service(),
        routes=[replace(led, backends=(Backend("token-gateway", "token-gateway", "4180"),))],
    ) == ["auth.example /** leads to the port where proxies ask the gateway"]


def test_callers_that_prove_themselves_need_no_policy() -> None:
    configured = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: token-gateway, namespace: token-gateway}\n"
        "data:\n  gateway.yaml: |\n    issuers: {corp: {}}\n"
        "    policies:\n      orders: {hosts: [a.example], CALLERS}\n"
    )
    everybody = network_policy("podSelector: {}, ingress: [{}]", namespace="token-gateway")
    ours = (our_service(), our_deployment(), everybody)
    proved = configured.replace("CALLERS", "callers: {secrets: [env:CALLER]}")
    alone = configured.replace("CALLERS", "callers: {network_alone: true}")
    assert told(OUR_PORT, *ours, proved) == []
    assert len(told(OUR_PORT, *ours, alone)) == 1


def test_pods_on_the_network_of_the_node() -> None:
    assert told(ON_THE_NODE, service(), deployment("hostNetwork: true")) == [
        "a pod on the node's network is behind a.example /**"
    ]
    port = deployment(container="ports: [{containerPort: 8080, hostPort: 8080}]")
    assert told(ON_THE_NODE, service(), port.replace("ports: [{name: web, containerPort: 8080}], ", "")) == [
        "a port of the node leads to the pod behind a.example /**"
    ]
    assert told(ON_THE_NODE, service(), deployment()) == []
    assert OURS in our_service()
