"""The Service's value, the Ingress', the ConfigMap's, in this order; and which ConfigMap it is."""

from gateway.audit.controller import Controller
from gateway.audit.normal.haproxy_keys import Keys, config_of
from tests.audit.normal.haproxy_manifests import config, ingress, service
from tests.audit.showing import estate_of

PROGRAM = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: ingress}
spec:
  template:
    spec:
      containers:
      - name: controller
        image: quay.io/jcmoraisjr/haproxy-ingress:v0.14
        args: ["--configmap=ingress/chosen"]
"""


def test_which_value_counts() -> None:
    estate = estate_of(
        ingress({"a": "ingress", "b": "ingress", "d": ""})
        + service("orders", "shop", a="service")
        + config("haproxy-ingress", a="config", b="config", c="config", d="config")
    )
    (one,) = estate.of("Ingress")
    chosen = config_of(estate, Controller.HAPROXY_INGRESS)
    keys = Keys(
        controller=Controller.HAPROXY_INGRESS,
        ingress=one,
        service=estate.get("Service", "shop", "orders"),
        config=chosen,
    )
    assert [keys.text(name) for name in "abcde"] == ["service", "ingress", "config", "", ""]
    assert keys.get("d") is None, "an empty value hides that of the ConfigMap"
    assert keys.place("b").pointer.endswith("haproxy-ingress.github.io/b")
    assert keys.place("e").owner == "Ingress/shop/orders"


def test_the_config_map_is_the_one_that_the_program_is_told_of() -> None:
    estate = estate_of(PROGRAM + config("haproxy-ingress") + config("chosen", a="b"))
    chosen = config_of(estate, Controller.HAPROXY_INGRESS)
    assert chosen is not None
    assert chosen.name == "chosen"


def test_without_the_program_it_is_the_one_of_that_name() -> None:
    estate = estate_of(config("haproxy-kubernetes-ingress", a="b") + config("haproxy-ingress", a="b"))
    names = {one: config_of(estate, one) for one in (Controller.HAPROXY_INGRESS, Controller.HAPROXYTECH)}
    assert [one.name for one in names.values() if one] == ["haproxy-ingress", "haproxy-kubernetes-ingress"]
    assert config_of(estate_of(), Controller.HAPROXYTECH) is None
