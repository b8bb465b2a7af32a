"""Traefik's Middlewares for Kubernetes: the same as in its file, in a chain that each route names."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets import traefik
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from gateway.dialects.snippets.traefik_middleware import snippet
from tests.dialects.snippets import policies as p

POLICIES = {**p.ALL, "told": p.TOLD[CertificateFrom.TRAEFIK]}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def documents(policy: Policy, settings: Settings | None = None) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, settings or Settings()), yaml.CSafeLoader))


def middlewares(policy: Policy, settings: Settings | None = None) -> dict[str, dict[str, Any]]:
    _, *made, _ = documents(policy, settings)
    assert {(one["apiVersion"], one["kind"]) for one in made} == {("traefik.io/v1alpha1", "Middleware")}
    return {one["metadata"]["name"]: one["spec"] for one in made}


@each
def test_they_are_what_the_file_has_but_for_the_secret(policy: Policy) -> None:
    _, dynamic = yaml.load_all(traefik.snippet(policy, Settings(gateway=_GATEWAY)), yaml.CSafeLoader)
    filed = dynamic["http"]["middlewares"]
    # The file names files beside it, and the object Secrets.
    del filed["orders-token-gateway"]["forwardAuth"]["tls"]
    made = {name: spec for name, spec in middlewares(policy).items() if "chain" not in spec}
    ask = made["orders-token-gateway"]["forwardAuth"]
    assert ask.pop("tls")["caSecret"] == "token-gateway-ca"
    if policy.caller_secrets:
        said = made["orders-caller"]["headers"]["customRequestHeaders"]
        assert said == {"X-Token-Gateway-Caller": "REPLACE-WITH-THE-CALLER-SECRET"}
        filed["orders-caller"] = made["orders-caller"]
    assert made == filed


@each
def test_a_chain_has_the_order_of_the_file_and_each_route_names_one(policy: Policy) -> None:
    _, dynamic = yaml.load_all(traefik.snippet(policy, Settings()), yaml.CSafeLoader)
    chains = {name: spec["chain"] for name, spec in middlewares(policy).items() if "chain" in spec}
    *_, route = documents(policy)
    named = []
    for one in route["spec"]["routes"]:
        (chain,) = one["middlewares"]
        steps = [step["name"] for step in chains[chain["name"]]["middlewares"]]
        assert {"rule": one["match"], "middlewares": steps}.items() <= dynamic["http"]["routers"][
            chain["name"].removesuffix("-chain")
        ].items()
        named.append(chain["name"])
    assert sorted(named) == sorted(chains)


def test_the_entry_point_is_that_of_the_file() -> None:
    static, *_ = documents(p.PLAIN)
    filed, _ = yaml.load_all(traefik.snippet(p.PLAIN, Settings()), yaml.CSafeLoader)
    crd = {"allowCrossNamespace": False, "crossProviderNamespaces": ["traefik"]}
    assert static.pop("providers") == {"kubernetesCRD": crd}
    filed.pop("providers")
    assert static == filed


def test_the_route_shows_a_certificate_unless_something_before_it_ends_tls() -> None:
    *_, route = documents(p.PLAIN)
    assert (route["spec"]["entryPoints"], route["spec"]["tls"]) == (
        ["websecure"],
        {"secretName": "orders-tls"},
    )
    *_, route = documents(p.PLAIN, Settings(listen="127.0.0.1:80"))
    assert (route["spec"]["entryPoints"], "tls" in route["spec"]) == (["web"], False)


def test_over_tls_it_trusts_and_shows_what_secrets_hold() -> None:
    over = Settings(gateway="https://token-gateway.token-gateway.svc:4180")
    ask = middlewares(p.PLAIN, over)["orders-token-gateway"]["forwardAuth"]
    assert ask["tls"] == {"caSecret": "token-gateway-ca"}
    ask = middlewares(p.CERTIFICATE, over)["orders-token-gateway"]["forwardAuth"]
    assert ask["tls"] == {"caSecret": "token-gateway-ca", "certSecret": "token-gateway-client"}
    assert snippet(p.PLAIN, over) == snippet(p.PLAIN, Settings())
    assert "kubectl create secret generic token-gateway-ca -n apps " in snippet(p.PLAIN, over)


def test_in_the_clear_it_trusts_nobody_and_says_so() -> None:
    in_clear = Settings(gateway="http://token-gateway.token-gateway.svc:4180")
    assert "tls" not in middlewares(p.PLAIN, in_clear)["orders-token-gateway"]["forwardAuth"]
    assert "holds ca.crt" not in snippet(p.PLAIN, in_clear)
    elsewhere = snippet(p.PLAIN, Settings(gateway="https://gateway.example.com"))
    assert "holds ca.crt" in elsewhere
    assert "kubectl" not in elsewhere


@pytest.mark.parametrize("policy", [p.QUERY, p.TOLD[CertificateFrom.NGINX]], ids=["query", "told otherwise"])
def test_what_traefik_cannot_do_is_refused(policy: Policy) -> None:
    with pytest.raises(SnippetImpossible):
        snippet(policy, Settings())


_GATEWAY = "https://token-gateway.token-gateway.svc:4180"
