"""What is written is YAML that says the draft, whatever the manifests held."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.dialects.snippets import Settings
from gateway.draft.begin import draft, guesses, write
from gateway.draft.folder import checked
from gateway.draft.written import PRESETS, Answers, gateway_file, policy_file, values_file
from tests.draft.manifests import Json, drafted, http_route, ingress, stream

ANSWERS = Answers(issuer="https://idp.example.com")
ONE = ingress(("Prefix", "/v1", "orders"), ("Exact", "/v2", "orders"))


def test_every_guess_is_marked_and_counted() -> None:
    made = drafted(ONE)
    text = gateway_file(ANSWERS, made.policies, "x") + policy_file(made.policies[0], ANSWERS, "x")
    assert text.count("GUESS:") == guesses(made.policies, ANSWERS)
    policy = ("peers", "callers", "credentials", "methods", "require")
    for guessed in (*policy, "preset", "audiences"):
        before = text.partition(f"{guessed}: ")[0].splitlines()
        assert "GUESS" in before[-2] + before[-1], guessed


def test_what_the_operator_said_is_no_guess() -> None:
    said = Answers(issuer="https://a", preset="keycloak", audiences=("me",), peers=("10.0.0.1",))
    made = drafted(ONE)
    document = yaml.load(gateway_file(said, made.policies, "x"), yaml.CSafeLoader)
    assert document["issuers"]["corp"] == {"issuer": "https://a", "preset": "keycloak", "audiences": ["me"]}
    policies = yaml.load(policy_file(made.policies[0], said, "x"), yaml.CSafeLoader)["policies"]
    assert policies["orders"]["peers"] == ["10.0.0.1"]
    assert guesses(made.policies, said) == guesses(made.policies, ANSWERS) - 3


def test_a_route_says_where_it_comes_from_and_what_to_check() -> None:
    text = policy_file(drafted(ONE).policies[0], ANSWERS, "x")
    assert "# Ingress shop/orders: Exact /v2, line" in text
    assert "CHECK: a policy reads /v2/ as /v2" in text
    loose = policy_file(drafted(ingress(("ImplementationSpecific", "/v1", "a"))).policies[0], ANSWERS, "x")
    assert "CHECK: there it also means longer names" in loose
    rewritten = ingress(("ImplementationSpecific", "/v1(/|$)(.*)", "a"), rewrite_target="/$2")
    assert "CHECK: the path before the Ingress rewrites it" in policy_file(
        drafted(rewritten).policies[0], ANSWERS, "x"
    )


def test_never_public_and_never_any_token() -> None:
    text = policy_file(drafted(ONE).policies[0], ANSWERS, "x")
    for opened in ("public", "any_valid_token", "network_alone", "anyone"):
        assert opened not in text


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_that_is_offered_compiles(preset: str, tmp_path: Path) -> None:
    write(drafted(ONE), Answers(issuer="https://a", preset=preset), Settings(), tmp_path / "out")


def test_the_values_say_the_same_with_the_secret_where_the_chart_mounts_it() -> None:
    made = drafted(ONE)
    values = yaml.load(values_file(ANSWERS, made.policies, "x"), yaml.CSafeLoader)
    policy = yaml.load(policy_file(made.policies[0], ANSWERS, "x"), yaml.CSafeLoader)["policies"]["orders"]
    (reference,) = values["policies"]["orders"]["orders"].pop("callers")["secrets"]
    policy.pop("callers")
    assert values["policies"]["orders"]["orders"] == policy
    (name,) = values["secrets"]
    assert reference == f"file:/etc/token-gateway/secrets/{name}/token"
    assert values["controller"] == "ingress-nginx"
    assert values["config"] == {
        "issuers": yaml.load(gateway_file(ANSWERS, made.policies, "x"), yaml.CSafeLoader)["issuers"]
    }
    other = drafted(http_route(), ingress(("Exact", "/", "a"), host="b.example.com"))
    assert yaml.load(values_file(ANSWERS, other.policies, "x"), yaml.CSafeLoader)["controller"] == "other"


ODD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@pytest.mark.long
@given(name=ODD, service=ODD, path=ODD, source=ODD)
@example(name="0", service="0", path="\U00012400", source="0")
def test_no_name_breaks_out_of_its_place(
    name: str, service: str, path: str, source: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one: Json = ingress(("Prefix", f"/{path}", service), ("Exact", "/", f"{service}: # x"))
    one["metadata"]["name"] = name
    made = draft(stream(one), f"{source}\n: x", host=None)
    for policy in made.policies:
        text = policy_file(policy, ANSWERS, made.source)
        assert yaml.load(text, yaml.CSafeLoader)["policies"].keys() == {policy.id}
        assert all(line.isprintable() for line in text.splitlines())
    if made.policies:
        folder = tmp_path_factory.mktemp("odd") / "out"
        write(made, ANSWERS, Settings(), folder)
        checked(folder)
