"""Whom a Policy asks, and which one cannot be valid."""

from gateway.audit.estate.estate import Estate
from gateway.audit.normal.f5_nic_policies import asked_of, auth_of, is_broken, is_valid, references_of
from tests.audit.normal.f5_manifests import ASKED, SECURE, external, policy, server
from tests.audit.showing import estate_of


def broken(estate: Estate) -> list[bool]:
    (one,) = estate.of("VirtualServer")
    references = references_of(estate, one, one.node.descendant(("spec", "policies")))
    return [is_broken(each, estate) for each in references]


def test_validity() -> None:
    table = {
        external(): True,
        external(uri="auth"): False,
        external(service='""'): False,
        policy("  {}\n"): False,
        policy("  externalAuth: {}\n"): False,
        policy("  ingressClassName: nginx\n"): False,
        policy("  rateLimit: {rate: 10r/s}\n"): True,
    }
    for text, expected in table.items():
        (one,) = estate_of(text).of("Policy")
        assert is_valid(one) is expected, text


def test_a_reference_is_broken_where_other_policies_were_given() -> None:
    assert broken(estate_of(server(more=ASKED) + external())) == [False]
    assert broken(estate_of(server(more=ASKED) + policy("  cors: {}\n", name="other"))) == [True]
    assert broken(estate_of(server(more=ASKED))) == [False]


def test_the_url_that_is_asked() -> None:
    (one,) = estate_of(external(SECURE)).of("Policy")
    found = asked_of(one)
    assert found is not None
    assert found.url == "https://token-gateway.gw.svc:8443/auth/nginx/orders"
    (one,) = estate_of(external("", service="local")).of("Policy")
    found = asked_of(one)
    assert found is not None
    assert found.url == "http://local.shop.svc:8443/auth/nginx/orders"


def test_the_strongest_of_several_counts() -> None:
    estate = estate_of(policy("  basicAuth: {secret: s}\n", name="b") + external())
    server_of_both = estate_of(server(more="  policies: [{name: b}, {name: asks}]\n")).of("VirtualServer")[0]
    references = references_of(estate, server_of_both, server_of_both.node.descendant(("spec", "policies")))
    auth = auth_of(estate, references)
    assert auth is not None
    assert auth.mechanism.value == "external"
    assert auth_of(estate, ()) is None
