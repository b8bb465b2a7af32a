"""Is every kind of refusal a refusal on the wire, with its reason, and does the backend get nothing?"""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.builders import ec_key
from tests.wire.lab_issuer import KEY
from tests.wire.raw_client import bearer
from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

FORGED = ec_key(KEY.kid, 0xF0)
"""Another key under the name of the issuer's."""

TokenMaker = Callable[[Stand], str]


def _swapped_signature(stand: Stand) -> str:
    signing_input, _, _ = stand.lab_token().rpartition(".")
    return stand.secrets.add(f"{signing_input}.{stand.lab_token(sub='bob').rpartition('.')[2]}")


REFUSED_TOKENS: dict[str, tuple[TokenMaker, str]] = {
    "expired": (lambda stand: stand.lab_token(age_s=600), "token_expired"),
    "expired, of the real provider": (
        lambda stand: stand.token("short-lived", "orders:read"),
        "token_expired",
    ),
    "wrong audience": (
        lambda stand: stand.token("reader", "orders:read", audience="https://other.example.com"),
        "audience_mismatch",
    ),
    "unknown issuer": (lambda stand: stand.lab_token(iss="https://who.example"), "issuer_unknown"),
    "signed with another key": (lambda stand: stand.lab_token(key=FORGED), "signature_invalid"),
    "the signature of another token": (_swapped_signature, "signature_invalid"),
    "algorithm none": (
        lambda stand: stand.lab_token(header={"alg": "none"}, signature=b""),
        "algorithm_not_allowed",
    ),
    "an ID token": (lambda stand: stand.lab_token(header={"typ": "JWT"}), "type_not_allowed"),
    "not yet valid": (lambda stand: stand.lab_token(nbf=4_000_000_000), "token_not_yet_valid"),
    "an unknown kid": (lambda stand: stand.lab_token(key=ec_key("nobodys", 0xF1)), "key_unknown"),
    "no JWT at all": (lambda stand: stand.secrets.add(f"opaque-{uuid4()}"), "token_malformed"),
}


@pytest.mark.parametrize("kind", REFUSED_TOKENS)
def test_a_bad_token_is_401_invalid_token(stand: Stand, kind: str) -> None:
    make, reason = REFUSED_TOKENS[kind]
    answer = stand.send(token=make(stand))
    assert answer.status == 401
    assert answer.values("WWW-Authenticate") == ['Bearer realm="orders", error="invalid_token"']
    assert stand.reason == reason
    stand.assert_unseen()


def test_no_token_is_401_with_a_challenge_and_no_error_code(stand: Stand) -> None:
    answer = stand.send()
    assert answer.status == 401
    assert answer.values("WWW-Authenticate") == ['Bearer realm="orders"']
    assert stand.reason == "credential_missing"
    stand.assert_unseen()


def test_another_scheme_is_no_token(stand: Stand) -> None:
    assert stand.send(headers=[("Authorization", "Basic YWxpY2U6d29uZGVybGFuZA==")]).status == 401
    assert stand.reason == "credential_missing"
    stand.assert_unseen()


def test_a_wrong_scope_is_403_and_names_the_scope(stand: Stand) -> None:
    answer = stand.send(token=stand.token("unscoped"))
    assert answer.status == 403
    challenge = 'Bearer realm="orders", error="insufficient_scope", scope="orders:read"'
    assert answer.values("WWW-Authenticate") == [challenge]
    assert stand.reason == "scope_insufficient"
    stand.assert_unseen()


@pytest.mark.parametrize(
    ("method", "target", "host", "reason"),
    [
        ("GET", "/v1/invoices", "api.example.com", "path_not_allowed"),
        ("GET", "/v1/orders/17/lines", "api.example.com", "path_not_allowed"),
        ("GET", "/V1/orders", "api.example.com", "path_not_allowed"),
        ("DELETE", "/v1/orders/17", "api.example.com", "method_not_allowed"),
        ("PROPFIND", "/v1/orders", "api.example.com", "method_not_allowed"),
    ],
)
def test_what_no_route_lists_is_403(stand: Stand, method: str, target: str, host: str, reason: str) -> None:
    answer = stand.send(target, token=stand.lab_token(), method=method, host=host)
    assert (answer.status, answer.values("WWW-Authenticate")) == (403, [])
    assert stand.reason == reason
    stand.assert_unseen()


@pytest.mark.parametrize("host", ["other.example.com", "api.example.com.evil.example", "127.0.0.1"])
def test_a_host_that_is_not_listed_is_refused(stand: Stand, host: str) -> None:
    answer = stand.send(token=stand.lab_token(), host=host)
    if stand.front.traits.asks_about_any_host:  # its one server is the default for every host
        assert (answer.status, stand.reason) == (403, "host_not_allowed")
    else:  # it has no route for it
        assert (answer.status, stand.asked()) == (404, False)
    stand.assert_unseen()


def test_a_port_that_is_not_listed_is_another_host(stand: Stand) -> None:
    answer = stand.send(token=stand.lab_token(), host="api.example.com:8443")
    assert (answer.status, stand.reason) == (403, "host_not_allowed")
    stand.assert_unseen()


@pytest.mark.parametrize("same", [True, False], ids=["the same twice", "two"])
def test_two_authorization_headers_are_refused(stand: Stand, same: bool) -> None:  # noqa: FBT001
    first = stand.lab_token()
    second = first if same else stand.lab_token()
    answer = stand.send(headers=[bearer(first), bearer(second)])
    assert answer.status == 400
    if stand.front.traits.allows_two_authorizations:
        assert stand.reason == stand.front.traits.two_authorizations
    else:
        assert not stand.asked()
    stand.assert_unseen()


@pytest.mark.parametrize("name", ["access_token", "Access_Token", "access%5Ftoken", "acces%73_token"])
@pytest.mark.parametrize("beside", [True, False], ids=["beside a header", "alone"])
def test_a_token_in_the_query_is_refused(stand: Stand, name: str, beside: bool) -> None:  # noqa: FBT001
    token = stand.lab_token()
    answer = stand.send(f"/v1/orders?a=1&{name}={token}", token=stand.lab_token() if beside else None)
    assert (answer.status, stand.reason) == (stand.front.malformed, "credential_misplaced")
    stand.assert_unseen()


def test_a_token_in_the_query_of_a_public_route_is_refused_as_well(stand: Stand) -> None:
    answer = stand.send(f"/healthz?access_token={stand.lab_token()}")
    assert (answer.status, stand.reason) == (stand.front.malformed, "credential_misplaced")
    stand.assert_unseen()


def test_a_refusal_is_not_to_be_kept_and_echoes_nothing(stand: Stand) -> None:
    canary = stand.secrets.add(f"canary-{uuid4()}")
    answer = stand.send(f"/v1/orders?q={canary}", [("X-Request-Id", canary)], token=f"{canary}.a.b")
    assert answer.values("Cache-Control") == ["no-store"]
    assert canary not in answer.message.text()
    stand.assert_unseen()


def test_the_record_of_a_refusal_has_the_names_of_ecs(stand: Stand) -> None:
    stand.send(token=stand.lab_token(age_s=600))
    record = stand.record()
    assert (record["event.outcome"], record["event.type"]) == ("failure", ["denied"])
    assert record["event.reason"] == "token_expired"
    assert record["event.category"] == ["authentication"]
    assert (record["rule.ruleset"], record["rule.name"]) == ("orders", "orders-read")
    assert record["token_gateway.dialect"] == stand.front.traits.dialect
    assert record["event.duration"] > 0
    assert "user.hash" not in record  # nobody is believed to be anybody
    assert "alice" not in json.dumps(record)


def test_the_metrics_count_refusals_by_reason(stand: Stand) -> None:
    def counted() -> float:
        lines = stand.gateway.metrics().splitlines()
        found = [line for line in lines if line.startswith("token_gateway_decisions_total{")]
        return sum(float(line.rpartition(" ")[2]) for line in found if "credential_missing" in line)

    before = counted()
    stand.send()
    assert stand.reason == "credential_missing"
    assert counted() == before + 1
