from dataclasses import replace

from gateway.audit.exposure import Auth, Backend, Mechanism
from gateway.audit.normal import ext_authz as e
from tests.audit.routes import HERE

ASKED = Auth(mechanism=Mechanism.EXTERNAL, place=HERE, response_headers=frozenset({"authorization"}))


def test_our_own_gateway_is_known_by_its_path() -> None:
    assert e.ours("/auth/envoy/orders") == ("envoy", "orders")
    assert e.ours("http://upstream/auth/nginx/orders") == ("nginx", "orders")
    for other in (None, "", "/check", "http://sso/oauth2/auth", "/x/auth/envoy/orders"):
        assert e.ours(other) == (None, None), other


def test_over_grpc_it_is_known_by_the_policy_or_the_service() -> None:
    assert e.ours_over_grpc(None, "orders") == e.GRPC
    assert e.ours_over_grpc(Backend("auth", "token-gateway", ""), None) == e.GRPC
    assert e.ours_over_grpc(Backend("auth", "authorizer", ""), None) is None


def test_a_name_in_the_cluster_is_a_service() -> None:
    assert e.service_at("a.b.svc.cluster.local", "1") == Backend("b", "a", "1")
    assert e.service_at("a.b.svc") == e.service_at("a.b")
    assert e.service_at("auth.example.com").kind == "Host"


def test_no_user_information_is_given() -> None:
    assert e.address_of("http://user:secret@auth.example.com:81/x") == ("http", "auth.example.com", "81")
    assert e.address_of("http://[") == ("", "", "")


def test_a_star_stands_for_the_end_of_a_name() -> None:
    assert e.lists(frozenset({"auth*"}), "authorization")
    assert e.lists(None, "authorization")
    assert not e.lists(frozenset({"x-auth-*"}), "authorization")


def test_what_becomes_of_the_token() -> None:
    ours = replace(ASKED, dialect="envoy")
    fates = {
        "nobody": e.fate_at_envoy(None, HERE),
        "ours": e.fate_at_envoy(ours, HERE),
        "another": e.fate_at_envoy(ASKED, HERE),
        "nothing copied": e.fate_at_envoy(replace(ours, response_headers=frozenset()), HERE),
        "basic": e.fate_at_envoy(replace(ours, mechanism=Mechanism.BASIC), HERE),
        "unknown": e.fate_at_envoy(replace(ours, mechanism=Mechanism.UNKNOWN), HERE),
    }
    assert {case: fate.reaches.value for case, fate in fates.items()} == {
        "nobody": "yes",
        "ours": "no",
        "another": "cannot tell",
        "nothing copied": "yes",
        "basic": "yes",
        "unknown": "cannot tell",
    }
