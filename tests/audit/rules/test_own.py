from pathlib import Path

from gateway.audit.controller import Controller
from gateway.audit.exposure import Exposure
from gateway.audit.rule import Rule
from gateway.audit.rules.own import BROAD_TOKENS, CANNOT_BE_CLEANED, DRIFTED, FOREIGN_HOST
from tests.audit.exposing import asked, guarded, route, said
from tests.audit.showing import estate_of
from tests.config.files import valid, world_of

GATEWAY = """apiVersion: v1
kind: ConfigMap
metadata: {name: token-gateway, namespace: token-gateway}
data:
  gateway.yaml: |
    issuers: {corp: {}}
    policies:
      orders:
        hosts: [a.example, "*.b.example"]
        credentials: [CREDENTIALS]
        routes: [{id: read, downstream: {audience: orders, ttl: 60s}}]
"""


def told(
    rule: Rule, *exposures: Exposure, credentials: str = "{type: bearer}", change: tuple[str, str] = ("", "")
) -> list[str]:
    text = GATEWAY.replace("CREDENTIALS", credentials).replace(*change)
    return said(rule, *exposures, estate=estate_of(text))


def test_tokens_in_the_query() -> None:
    mine = guarded("a.example/")
    query = "{type: query, name: token}"
    assert told(CANNOT_BE_CLEANED, mine) == []
    assert told(CANNOT_BE_CLEANED, mine, credentials=query) == [
        "policy orders takes tokens from the query, and they stay there"
    ]
    own_file = guarded("a.example/", controller=Controller.NGINX)
    assert told(CANNOT_BE_CLEANED, own_file, credentials=query) == []
    grpc = guarded("a.example/", auth=asked(dialect="envoy-grpc"))
    assert told(CANNOT_BE_CLEANED, grpc, credentials=query) == []
    assert told(CANNOT_BE_CLEANED, route("a.example/"), credentials=query) == []


def test_tokens_in_a_cookie() -> None:
    cookie = "{type: cookie, name: session}"
    replaced = guarded("a.example/", auth=asked(response_headers=frozenset({"authorization", "cookie"})))
    every = guarded("a.example/", auth=asked(response_headers=None))
    kept = guarded("a.example/", auth=asked(response_headers=frozenset({"authorization"})))
    assert told(CANNOT_BE_CLEANED, replaced, every, credentials=cookie) == []
    assert told(CANNOT_BE_CLEANED, kept, credentials=cookie) == [
        "policy orders takes tokens from a cookie, and they stay there"
    ]


def test_tokens_for_long_or_for_any() -> None:
    mine = guarded("a.example/")
    assert told(BROAD_TOKENS, mine) == told(BROAD_TOKENS, mine, change=("60s", "300s")) == []
    said_of = "route read of policy orders makes tokens"
    assert told(BROAD_TOKENS, mine, change=("60s", "1h")) == [f"{said_of} that are good for 3600 seconds"]
    assert told(BROAD_TOKENS, mine, change=("audience: orders", 'audience: "*"')) == [
        f"{said_of} for any audience"
    ]
    assert told(BROAD_TOKENS, mine, change=("audience: orders, ", "")) == [f"{said_of} for any audience"]


def test_policies_and_routes_that_do_not_know_of_each_other() -> None:
    other = guarded("a.example/", auth=asked(policy="posts"))
    assert told(DRIFTED, guarded("a.example/")) == []
    assert told(DRIFTED, other) == [
        "a.example /** is asked about by policy posts, which is not there",
        "info: no route is asked about by policy orders",
    ]
    assert told(DRIFTED) == [], "no route was given"
    assert said(DRIFTED, other) == [], "no policy was given"


def test_a_host_that_is_none_of_the_policys() -> None:
    assert told(FOREIGN_HOST, guarded("a.example/"), guarded("x.b.example/"), guarded("/")) == []
    assert told(FOREIGN_HOST, guarded("c.example/")) == ["c.example is none of the hosts of policy orders"]
    assert told(FOREIGN_HOST, guarded("*.b.example/")) == []


def test_policies_that_were_compiled(tmp_path: Path) -> None:
    policies = world_of(tmp_path, valid()).snapshot.policies
    assert said(FOREIGN_HOST, guarded("c.example/"), policies=policies) != []
    assert said(BROAD_TOKENS, guarded("c.example/"), policies=policies) == []
