from gateway.audit.estate.network import NetworkPolicies, admits_everybody, port_of, ports_behind
from gateway.audit.estate.selectors import Workloads
from tests.audit.shop import deployment, network_policy, service
from tests.audit.showing import estate_of


def test_policies_are_found_by_the_pods_that_they_choose() -> None:
    specs = {
        "all": "podSelector: {}",
        "mine": "podSelector: {matchLabels: {app: orders}}",
        "worded": "podSelector: {matchExpressions: [{key: app, operator: Exists}]}",
        "other": "podSelector: {matchLabels: {app: other}}",
        "out": "podSelector: {}, policyTypes: [Egress]",
        "both": "podSelector: {}, policyTypes: [Egress, Ingress]",
    }
    texts = [network_policy(spec, name) for name, spec in specs.items()]
    policies = NetworkPolicies(estate_of(*texts, network_policy("podSelector: {}", "far", "far")))
    found = {one.name for one in policies.choosing("shop", {"app": "orders"})}
    assert found == {"all", "mine", "worded", "both"}
    assert policies.choosing("nowhere", {"app": "orders"}) == ()
    assert not policies.others_may_be


def test_an_unknown_port_may_be_any() -> None:
    (one,) = estate_of(network_policy("podSelector: {}, ingress: [{ports: [{port: 9090}]}]")).objects
    assert admits_everybody(one, frozenset()) is not None
    assert admits_everybody(one, frozenset({"8080", "web"})) is None


def test_a_port_by_all_its_names() -> None:
    estate = estate_of(service("selector: {app: orders}"), deployment())
    (one,) = estate.of("Service")
    behind = Workloads(estate).behind(one)
    assert ports_behind(one, "http", behind) == ports_behind(one, "8080", behind) == {"8080", "web"}
    assert ports_behind(one, "9090", behind) == {"9090"}
    assert ports_behind(one, "unknown", behind) == frozenset()
    assert port_of(one, "") is None, "it has two"
    assert port_of(one, "metrics") is not None
