"""A note and what varies say together what the plain way says, whatever the verdict and the request."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.claims import Span
from gateway.core.credential import UnverifiedToken
from gateway.core.facts import Host, RequestFacts
from gateway.core.mint import DownstreamToken
from gateway.core.policy import HostPattern
from gateway.core.principal import Principal
from gateway.core.reason import Reason
from gateway.core.verdict import Context, Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.telemetry import note as module
from gateway.telemetry.note import Notes, minted
from gateway.telemetry.record import Recorder
from tests import builders as b
from tests import strategies as s
from tests.telemetry.plain_record import plain
from tests.walk import decide

PRINTS = Fingerprints(b"k" * 32)
POLICY = b.policy(hosts=(HostPattern(name="api.example.com"), HostPattern(name="*.tenants.example")))
PERMIT = decide(b.facts(b"/v1/orders", b.bearer()))
assert isinstance(PERMIT, Permit)

TEXTS = st.text(max_size=40) | st.text('\r\n\x1b\x7f\x85\x9b\u2028\u2029"\\{}[],:\x00ab', max_size=40)
ADDRESSES = st.sampled_from(("203.0.113.9", "2001:db8::1", "fe80::1%\n", "", "x")) | TEXTS
MOMENTS = st.floats(0, 4e9)
SECONDS = st.floats(-1, 100)
REVEALED = st.sets(st.sampled_from(sorted(module.REVEALABLE)))
JSON_STRINGS = TEXTS.map(lambda text: text.encode("utf-16", "replace").decode("utf-16"))


def principals() -> st.SearchStrategy[Principal]:
    return st.builds(
        Principal,
        issuer_id=st.sampled_from(("corp", "partner")),
        issuer=st.just(b.ISSUER),
        subject=JSON_STRINGS,
        client_id=JSON_STRINGS,
        scopes=st.just(frozenset[str]()),
        audiences=st.just(frozenset[str]()),
        claims=st.just(dict[str, Any]()),
        expires_at=st.just(b.NOW),
        leeway_s=st.just(0),
        span=st.just(Span(0, b.NOW)),
    )


def contexts() -> st.SearchStrategy[Context]:
    return st.builds(
        Context,
        policy=st.none() | st.just(POLICY),
        route=st.none() | st.just(b.route()),
        token=st.none() | st.builds(UnverifiedToken, st.binary(max_size=30)),
        issuer_id=st.none() | st.just("corp"),
        principal=st.none() | principals(),
    )


def downstreams() -> st.SearchStrategy[DownstreamToken]:
    return st.builds(
        DownstreamToken,
        text=st.just(b""),
        jti=JSON_STRINGS.filter(bool),
        audience=JSON_STRINGS.filter(bool),
        expires_at=st.integers(0, 4_000_000_000),
    )


def permits() -> st.SearchStrategy[Permit]:
    given_out = st.none() | downstreams()
    nothing = st.none()
    return st.builds(
        Permit,
        context=contexts(),
        downstream=given_out,
        identity=st.just(()),
        cookies_left=nothing,
        remember=nothing,
    )


def verdicts() -> st.SearchStrategy[Verdict]:
    reasons = st.sampled_from(Reason)
    return st.one_of(
        permits(),
        st.builds(Deny, reason=reasons, detail=JSON_STRINGS, context=contexts()),
        st.builds(Indeterminate, reason=reasons, retry_after_s=st.just(1), context=contexts()),
        st.builds(Preflight, context=contexts(), headers=st.just(())),
    )


def requests() -> st.SearchStrategy[RequestFacts]:
    hosts = st.sampled_from(("api.example.com", "a.tenants.example", "evil.example")) | TEXTS
    return st.builds(
        b.facts,
        s.targets() | TEXTS.map(lambda text: text.encode("utf-8", "replace")),
        client_address=ADDRESSES,
        method=st.sampled_from(("GET", "QUERY", "PURGE")) | TEXTS,
        scheme=st.sampled_from(("https", "http")) | TEXTS,
        host=st.builds(Host, name=hosts, port=st.none() | st.just(8443)),
    )


class Written:
    """One recorder, and what it has written."""

    def __init__(self, reveal: set[str], now: float) -> None:
        self.lines: list[bytes] = []
        self.recorder = Recorder(PRINTS, frozenset(reveal), self.lines.append, lambda: now)

    def said(self) -> dict[str, Any]:
        (line,) = self.lines
        assert re.fullmatch(rb"[\x20-\x7e]+\n", line)
        pairs = json.loads(line, object_pairs_hook=list)
        assert len(dict(pairs)) == len(pairs), "a name twice"
        return dict(pairs)


@pytest.mark.long
@given(verdicts(), st.none() | requests(), REVEALED, MOMENTS, ADDRESSES, SECONDS)
def test_every_record_says_what_the_plain_way_says(
    verdict: Verdict,
    facts: RequestFacts | None,
    reveal: set[str],
    now: float,
    peer: str,
    seconds: float,
) -> None:
    written = Written(reveal, now)
    written.recorder.record(verdict, facts, dialect="nginx", peer=peer, seconds=seconds)
    assert written.said() == plain(
        verdict, facts, *reveal, prints=PRINTS, now=now, dialect="nginx", peer=peer, seconds=seconds
    )


@pytest.mark.long
@given(permits(), st.none() | downstreams(), requests(), REVEALED, MOMENTS, ADDRESSES, SECONDS)
def test_a_remembered_permit_is_written_as_a_new_one(
    permit: Permit,
    another: DownstreamToken | None,
    facts: RequestFacts,
    reveal: set[str],
    now: float,
    peer: str,
    seconds: float,
) -> None:
    if permit.downstream is None or another is None:
        another = None
    else:
        another = another._replace(audience=permit.downstream.audience)  # the route's
    written = Written(reveal, now)
    policy = permit.context.policy
    written.recorder.again(
        written.recorder.note(permit, "traefik"),
        facts._replace(peer=peer),
        policy,
        another,
        seconds,
    )
    now_permitted = permit._replace(downstream=another or permit.downstream)
    assert written.said() == plain(
        now_permitted, facts, *reveal, prints=PRINTS, now=now, dialect="traefik", peer=peer, seconds=seconds
    )


def test_a_note_is_small_and_what_a_route_shares_is_one_string() -> None:
    notes = Notes(PRINTS, frozenset(), 1)
    first, second = notes.note(PERMIT, "nginx"), notes.note(PERMIT, "nginx")
    assert first.shared is second.shared
    assert len(first.token) + len(first.downstream) <= 450


def test_a_note_can_leave_the_minted_token_to_be_named_each_time() -> None:
    notes = Notes(PRINTS, frozenset(), 1)
    named, unnamed = notes.note(PERMIT, "nginx"), notes.note(PERMIT, "nginx", names_minted=False)
    assert isinstance(PERMIT, Permit)
    assert PERMIT.downstream is not None
    assert named.downstream == minted(PERMIT.downstream)
    assert unnamed == named._replace(downstream="")


def test_what_is_shared_is_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SHARED", 3)
    notes = Notes(PRINTS, frozenset(), 1)
    for number in range(10):
        context = Context(policy=b.policy(id=f"p{number}"))
        said = notes.note(Deny(reason=Reason.TOKEN_EXPIRED, context=context), "nginx")
        assert f'"rule.ruleset":"p{number}"' in said.shared
    assert len(notes._shared) <= 3


def test_the_sampling_rate_is_told_of_what_is_sampled_and_of_nothing_else() -> None:
    notes = Notes(PRINTS, frozenset(), 0.01)
    assert '"token_gateway.sample_rate":0.01' in notes.note(PERMIT, "nginx").shared
    assert "sample_rate" not in notes.note(Deny(reason=Reason.TOKEN_EXPIRED), "nginx").shared


def test_only_what_can_be_revealed_can_be_named() -> None:
    with pytest.raises(ValueError, match="only client_id, path, subject"):
        Notes(PRINTS, frozenset({"query"}), 1)
