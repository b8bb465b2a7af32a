from dataclasses import replace

from gateway.audit.exposure import Backend
from gateway.audit.own import is_ours, own_services, stated_policies
from gateway.audit.rule import View
from tests.audit.exposing import guarded
from tests.audit.shop import our_service, service
from tests.audit.showing import estate_of

CONFIGURED = """apiVersion: v1
kind: ConfigMap
metadata: {name: token-gateway, namespace: token-gateway}
data:
  other.txt: "policies: no"
  gateway.yaml: |
    issuers: {corp: {}}
    policies:
      orders:
        hosts: [API.example.com, "*.shop.example:8443"]
        callers: {secrets: [env:CALLER]}
        credentials: [{type: bearer}, {type: query, name: token}]
        routes:
          - {id: read, downstream: {audience: orders, ttl: 2m}}
          - {id: write, downstream: {ttl: soon}}
          - {id: ping, access: public}
      posts:
        routes: [{id: all, upstream: "http://posts.shop.svc", downstream: {audience: posts}}]
"""


def test_our_services_are_told_by_label_or_by_url() -> None:
    estate = estate_of(our_service(), service())
    ((one, ports),) = own_services(View(estate=estate, exposures=())).values()
    assert (one.name, ports) == ("token-gateway", frozenset())
    nameless = estate_of(our_service(labels=""), service())
    assert own_services(View(estate=nameless, exposures=())) == {}
    ((_, ports),) = own_services(View(estate=nameless, exposures=(guarded(),))).values()
    assert ports == {"4180"}
    between = replace(guarded(), backends=(Backend("token-gateway", "token-gateway", "8443"),))
    assert own_services(View(estate=nameless, exposures=(between,))) == {}, "clients come to it themselves"
    assert [is_ours(one) for one in estate.objects] == [True, False]


def test_policies_of_a_config_map() -> None:
    stated = stated_policies(View(estate=estate_of(CONFIGURED), exposures=()))
    assert stated is not None
    orders, posts = stated["orders"], stated["posts"]
    assert orders.hosts == {"api.example.com", "*.shop.example"}
    assert orders.credentials == {"bearer", "query"}
    assert orders.tokens == (("read", "orders", 120), ("write", "", None))
    assert (orders.proves_callers, orders.is_edge) == (True, False)
    assert (posts.proves_callers, posts.is_edge) == (False, True)
    assert orders.place.line == CONFIGURED[: CONFIGURED.index("        hosts:")].count("\n")
    assert orders.place.owner == "ConfigMap/token-gateway/token-gateway"


def test_none_where_none_were_given() -> None:
    assert stated_policies(View(estate=estate_of(service()), exposures=())) is None
    broken = CONFIGURED.replace("issuers: {corp: {}}", "issuers: {")
    assert stated_policies(View(estate=estate_of(broken), exposures=())) is None
