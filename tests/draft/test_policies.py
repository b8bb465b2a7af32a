"""How rules are grouped: hosts with the same routes, backends by a name of their own."""

from gateway.draft.policies import unused
from tests.draft.manifests import drafted, ingress, only, opened


def test_a_wildcard_beside_a_host_below_it_is_left_out() -> None:
    """Its policy would judge that host too, by routes that are not its."""
    one = ingress(("Prefix", "/", "orders"), host="*.example.com")
    assert opened(drafted(one)).keys() == {"*.example.com"}
    made = drafted(one, ingress(("Prefix", "/v1", "orders")))
    assert opened(made).keys() == {"api.example.com"}
    assert "*.example.com" in str(made.left_out)
    deeper = drafted(one, ingress(("Prefix", "/v1", "orders"), host="a.b.example.com"))
    assert opened(deeper).keys() == {"*.example.com", "a.b.example.com"}


def test_a_host_that_no_policy_can_name_is_left_out() -> None:
    for host in ("API.example.com", "*.com", "*", "a..b", "ä.example.com"):
        made = drafted(ingress(("Prefix", "/", "orders"), host=host))
        assert made.policies == ()
        assert made.left_out


def test_host_is_for_rules_without_one_and_no_other() -> None:
    bare = ingress(("Prefix", "/bare", "orders"), host="")
    made = drafted(bare, ingress(("Prefix", "/v1", "orders")), host="api.example.com")
    assert only(made) == {"GET,HEAD /v1/** -> orders"}
    assert made.left_out


def test_services_of_one_name_in_two_namespaces_have_two_audiences() -> None:
    other = ingress(("Prefix", "/v2", "orders"))
    other["metadata"]["namespace"] = "billing"
    made = drafted(ingress(("Prefix", "/v1", "orders")), other)
    assert only(made) == {"GET,HEAD /v1/** -> orders-shop", "GET,HEAD /v2/** -> orders-billing"}


def test_ids_are_unique_and_plain() -> None:
    taken: set[str] = set()
    names = ("Orders API", "orders-api", "../x", "", "a" * 99)
    assert [unused(name, taken) for name in names] == ["orders-api", "orders-api-2", "x", "api", "a" * 48]


def test_two_ingresses_of_one_name_get_two_policies() -> None:
    made = drafted(ingress(("Prefix", "/v1", "a")), ingress(("Prefix", "/v2", "a"), host="b.example.com"))
    assert [one.id for one in made.policies] == ["orders", "orders-2"]
    assert "split it" in str(made.remarks)
