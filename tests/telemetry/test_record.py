import json
from typing import Any

import pytest

from gateway.core.facts import Host, RequestFacts
from gateway.core.policy import CookieCredential, HostPattern
from gateway.core.reason import Reason
from gateway.core.verdict import Context, Deny, Indeterminate, Preflight, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.telemetry import record as module
from gateway.telemetry.note import MAX_DETAIL
from gateway.telemetry.record import MAX_PATH, Recorder
from gateway.telemetry.repeats import Repeats
from gateway.telemetry.sampling import Sampling
from tests import builders as b
from tests.walk import decide

PRINTS = Fingerprints(b"k" * 32)


def record(verdict: Verdict, facts: RequestFacts | None, *reveal: str, peer: str = b.PEER) -> dict[str, Any]:
    written: list[bytes] = []
    recorder = Recorder(PRINTS, frozenset(reveal), written.append, lambda: b.NOW + 0.5)
    recorder.record(verdict, facts, dialect="nginx", peer=peer, seconds=0.000123)
    (line,) = written
    assert line.endswith(b"\n")
    fields: dict[str, Any] = json.loads(line)
    return fields


def walked(facts: RequestFacts, *reveal: str, **world: Any) -> dict[str, Any]:
    return record(decide(facts, **world), facts, *reveal)


COMMON = {
    "@timestamp": "2027-01-15T08:00:00.500Z",
    "log.level": "info",
    "event.kind": "event",
    "event.category": ["authentication"],
    "event.action": "decide",
    "event.duration": 123000,
    "token_gateway.dialect": "nginx",
    "token_gateway.peer": "10.42.0.7",
}
REQUEST = {
    "rule.ruleset": "orders",
    "http.request.method": "GET",
    "url.scheme": "https",
    "url.domain": "api.example.com",
    "source.ip": "203.0.113.9",
}


def test_a_permit() -> None:
    text = b.token()
    assert walked(b.facts(b"/v1/orders?a=b", b.bearer(text))) == COMMON | REQUEST | {
        "event.type": ["allowed"],
        "event.outcome": "success",
        "rule.name": "orders-read",
        "token_gateway.issuer": "corp",
        "token_gateway.token.fingerprint": PRINTS.token(text.encode()),
        "user.hash": PRINTS.subject("corp", "alice"),
        "token_gateway.client.hash": PRINTS.client("corp", "web"),
        "token_gateway.downstream.audience": "orders",
        "token_gateway.downstream.jti": b.JTI,
        "token_gateway.downstream.expires_at": "2027-01-15T08:01:00.000Z",
    }


def test_what_is_revealed_by_name() -> None:
    fields = walked(b.facts(b"/v1/orders?a=b", b.bearer()), "subject", "client_id", "path")
    assert fields["user.id"] == "corp:alice"
    assert fields["token_gateway.client.id"] == "web"
    assert fields["url.path"] == "/v1/orders"
    assert not {"user.hash", "token_gateway.client.hash"} & fields.keys()


def test_a_public_permit_names_nobody() -> None:
    assert walked(b.facts(b"/public/a")) == COMMON | REQUEST | {
        "event.type": ["allowed"],
        "event.outcome": "success",
        "rule.name": "public",
    }


def test_a_denial_names_its_reason_and_its_detail() -> None:
    text = b.token(exp=b.NOW - 100, iat=b.NOW - 200)
    assert walked(b.facts(b"/v1/orders", b.bearer(text))) == COMMON | REQUEST | {
        "event.type": ["denied"],
        "event.outcome": "failure",
        "event.reason": "token_expired",
        "rule.name": "orders-read",
        "token_gateway.detail": "100 s ago",
        "token_gateway.issuer": "corp",
        "token_gateway.token.fingerprint": PRINTS.token(text.encode()),
    }


def test_an_unverified_token_names_no_issuer_and_no_user() -> None:
    fields = walked(b.facts(b"/v1/orders", b.bearer(b.token(signature=b"x" * 64))), "subject", "client_id")
    assert fields["event.reason"] == "signature_invalid"
    assert "token_gateway.token.fingerprint" in fields
    assert not {"token_gateway.issuer", "user.id", "user.hash", "token_gateway.client.id"} & fields.keys()


def test_an_outage() -> None:
    verdict = Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=5)
    assert record(verdict, None) == COMMON | {
        "event.type": ["denied"],
        "event.outcome": "unknown",
        "event.reason": "keys_unavailable",
    }


def test_a_preflight() -> None:
    facts = b.facts(
        b"/v1/orders",
        (b"origin", b"https://app.example.com"),
        (b"access-control-request-method", b"GET"),
        method="OPTIONS",
    )
    fields = walked(facts, world=b.snapshot(b.policy(cors=b.cors())))
    assert fields == COMMON | REQUEST | {
        "event.type": ["info"],
        "event.outcome": "success",
        "http.request.method": "OPTIONS",
    }


def test_a_request_that_could_not_be_read_has_its_policy_and_peer() -> None:
    detail = "192.0.2.1 is not in policies.orders.peers"
    verdict = Deny(reason=Reason.PEER_UNTRUSTED, detail=detail, context=Context(policy=b.policy()))
    assert record(verdict, None, peer="192.0.2.1") == COMMON | {
        "event.type": ["denied"],
        "event.outcome": "failure",
        "event.reason": "peer_untrusted",
        "rule.ruleset": "orders",
        "token_gateway.peer": "192.0.2.1",
        "token_gateway.detail": detail,
    }


def test_a_host_that_is_not_the_policys_is_the_clients_text() -> None:
    fields = walked(b.facts(host=Host(name="evil.example.net")))
    assert fields["event.reason"] == "host_not_allowed"
    assert "url.domain" not in fields


def test_a_policy_that_does_not_exist_has_no_hosts() -> None:
    fields = walked(b.facts(policy="nobody"))
    assert fields["event.reason"] == "policy_unknown"
    assert not {"url.domain", "rule.ruleset"} & fields.keys()


def test_a_wildcard_is_named_by_its_pattern() -> None:
    world = b.snapshot(b.policy(hosts=(HostPattern(name="*.example.com"),)))
    assert walked(b.facts(host=Host(name="tenant.example.com")), world=world)["url.domain"] == "*.example.com"


@pytest.mark.parametrize(
    ("method", "written"), [("PATCH", "PATCH"), ("PURGE", "OTHER"), ("SECRETLETTERS", "OTHER")]
)
def test_only_known_methods_are_named(method: str, written: str) -> None:
    assert walked(b.facts(method=method))["http.request.method"] == written


@pytest.mark.parametrize(
    ("address", "written"),
    [("2001:db8::1", "2001:db8::1"), ("fe80::1%secret", "fe80::1"), ("secret", ""), ("", "")],
)
def test_an_address_is_an_address(address: str, written: str) -> None:
    facts = b.facts(client_address=address)
    fields = record(decide(facts), facts, peer=address)
    assert (fields["source.ip"], fields["token_gateway.peer"]) == (written, written)


def test_a_revealed_path_is_cut_and_redacted() -> None:
    for target, expected in (
        (b"/" + b"a" * 5000, MAX_PATH),
        (b"/reset/" + b.token().encode(), len("/reset/[redacted]")),
    ):
        assert len(walked(b.facts(target), "path")["url.path"]) == expected


def test_a_detail_is_cut() -> None:
    verdict = Deny(reason=Reason.CLAIM_MALFORMED, detail="x" * 5000)
    assert len(record(verdict, None)["token_gateway.detail"]) == MAX_DETAIL


def test_a_revealed_subject_cannot_break_the_line() -> None:
    subject = 'a\n"\u2028\x85\x7f'
    fields = walked(b.facts(b"/v1/orders", b.bearer(b.token(sub=subject))), "subject")
    assert fields["user.id"] == f"corp:{subject}"


def test_a_token_without_client_has_neither_hash_nor_id() -> None:
    world = b.snapshot(issuers=[b.issuer(preset="cognito", client_from=(("absent",),), audience_from="aud")])
    text = b.token(header={"typ": b.OMIT}, key=b.rsa_key(), token_use="access")
    known = b.evidence(keys={"corp": b.key_set(b.rsa_key())})
    fields = walked(b.facts(b"/v1/orders", b.bearer(text)), world=world, known=known)
    assert fields["event.outcome"] == "success"
    assert not {"token_gateway.client.hash", "token_gateway.client.id"} & fields.keys()


def test_what_is_left_of_the_cookies_is_not_written() -> None:
    policy = b.policy(credentials=(CookieCredential(name="t"),))
    facts = b.facts(b"/v1/orders", (b"cookie", b"other=canary; t=" + b.token().encode()))
    written: list[bytes] = []
    verdict = decide(facts, b.snapshot(policy))
    Recorder(PRINTS, frozenset(), written.append, lambda: 0).record(
        verdict, facts, dialect="nginx", peer="", seconds=-1
    )
    assert b'"allowed"' in written[0]
    assert b"canary" not in written[0]
    assert json.loads(written[0])["event.duration"] == 0


def test_only_what_can_be_revealed_can_be_named() -> None:
    with pytest.raises(ValueError, match="only client_id, path, subject"):
        Recorder(PRINTS, frozenset({"query"}), lambda _: None, lambda: 0)


def test_two_issuers_alice_are_two_users() -> None:
    verdict = decide(b.facts(b"/v1/orders", b.bearer()))
    principal = verdict.context.principal
    assert principal is not None
    partner = principal._replace(issuer_id="partner")
    other = verdict._replace(context=verdict.context._replace(principal=partner))
    hashes = {record(each, None)["user.hash"] for each in (verdict, other)}
    names = {record(each, None, "subject")["user.id"] for each in (verdict, other)}
    assert (len(hashes), len(names)) == (2, 2)


class Kept:
    """A recorder with a clock of its own, and what it has written."""

    def __init__(self, **volume: Any) -> None:
        self.now = float(b.NOW)
        self.lines: list[bytes] = []
        self.recorder = Recorder(PRINTS, frozenset(), self.lines.append, lambda: self.now, **volume)

    def decided(self, verdict: Verdict, facts: RequestFacts | None = None, times: int = 1) -> None:
        for _ in range(times):
            self.recorder.record(verdict, facts, dialect="nginx", peer=b.PEER, seconds=0)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


EXPIRED = b.token(exp=b.NOW - 100, iat=b.NOW - 200)


def test_refusals_alike_become_one_summary_when_the_interval_ends() -> None:
    kept = Kept(repeats=Repeats(keep=2, per_s=10))
    facts = b.facts(b"/v1/orders", b.bearer(EXPIRED))
    kept.decided(decide(facts), facts, times=4)
    kept.now += 3
    kept.decided(decide(facts), facts)
    kept.recorder.tick()
    assert (len(kept.lines), kept.recorder.left_out()) == (2, (0, 3))
    kept.now += 7
    kept.recorder.tick()
    kept.recorder.tick()
    *_, last = kept.said()
    assert len(kept.lines) == 3
    assert last == {
        "@timestamp": "2027-01-15T08:00:10.000Z",
        "log.level": "info",
        "event.kind": "event",
        "event.category": ["authentication"],
        "event.action": "decide",
        "event.type": ["denied"],
        "event.outcome": "failure",
        "event.reason": "token_expired",
        "event.start": "2027-01-15T08:00:00.000Z",
        "event.end": "2027-01-15T08:00:03.000Z",
        "rule.ruleset": "orders",
        "rule.name": "orders-read",
        "source.ip": "203.0.113.9",
        "token_gateway.dialect": "nginx",
        "token_gateway.peer": "10.42.0.7",
        "token_gateway.suppressed": 3,
    }


def test_the_next_refusal_writes_the_summary_too_and_is_written_itself() -> None:
    kept = Kept(repeats=Repeats(keep=1, per_s=10))
    kept.decided(Deny(reason=Reason.POLICY_UNKNOWN), times=2)
    kept.now += 10
    kept.decided(Deny(reason=Reason.POLICY_UNKNOWN))
    assert [line.get("token_gateway.suppressed") for line in kept.said()] == [None, 1, None]


def test_another_token_of_the_same_client_is_no_other_refusal() -> None:
    kept = Kept(repeats=Repeats(keep=1, per_s=10))
    for number in range(50):
        facts = b.facts(b"/v1/orders", b.bearer(b.token(jti=str(number), exp=b.NOW - 100, iat=b.NOW - 200)))
        kept.decided(decide(facts), facts)
    assert (len(kept.lines), kept.recorder.left_out()) == (1, (0, 49))


def test_an_outage_is_summed_up_as_one_and_a_permit_never() -> None:
    kept = Kept(repeats=Repeats(keep=1, per_s=10))
    facts = b.facts(b"/v1/orders", b.bearer())
    kept.decided(decide(facts), facts, times=30)
    kept.decided(Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=1), times=5)
    kept.recorder.flush()
    assert len(kept.lines) == 32
    assert (kept.said()[-1]["event.outcome"], kept.said()[-1]["token_gateway.suppressed"]) == ("unknown", 4)


def test_allowed_decisions_are_sampled_and_say_so_and_refusals_never_are() -> None:
    draws = iter([0.5, 0.1, 0.25, 0.24])
    kept = Kept(sampling=Sampling(0.25, lambda: next(draws)))
    facts = b.facts(b"/v1/orders", b.bearer())
    kept.decided(decide(facts), facts, times=2)
    kept.decided(Deny(reason=Reason.POLICY_UNKNOWN), times=2)
    note = kept.recorder.note(decide(facts), "nginx")  # type: ignore[arg-type]
    for _ in range(2):
        kept.recorder.again(note, facts, b.policy(), None, 0)
    rates = [line.get("token_gateway.sample_rate") for line in kept.said()]
    assert (rates, kept.recorder.left_out()) == ([0.25, None, None, 0.25], (2, 0))
    assert kept.recorder.left_out() == (0, 0)


def test_a_preflight_is_sampled_as_a_permit_is() -> None:
    kept = Kept(sampling=Sampling(0.5, lambda: 0.9))
    kept.decided(Preflight(context=Context(policy=b.policy()), headers=()))
    assert (kept.lines, kept.recorder.left_out()) == ([], (1, 0))


def test_a_long_text_is_no_address_and_is_not_kept_as_one() -> None:
    before = module._address.cache_info().currsize
    assert module.address("1" * 1_000_000) == ""
    assert module._address.cache_info().currsize == before
