"""Is a manifest read strictly where it matters, and forgivingly where a newer gateway wrote it?"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.manifest import ManifestEntry, ManifestUnfit, parse_manifest, render_manifest, render_time
from gateway.keys.signing_key import ALGORITHMS
from gateway.keys.stored_key import KeyState

KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
KEY = {"kid": KID, "algorithm": "ES256", "state": "active", "created_at": "2026-01-31T23:59:59Z"}

kids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=43, max_size=43)
moments = st.integers(946_684_800, 253_402_300_799)
entries = st.builds(
    ManifestEntry,
    kid=kids,
    algorithm=st.sampled_from(ALGORITHMS),
    state=st.sampled_from(KeyState),
    created_at=moments,
    since=st.none() | moments,
)


def manifest(*keys: Any, version: Any = 1) -> bytes:
    return json.dumps({"version": version, "keys": keys}).encode()


def changed(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in (KEY | members).items() if value is not ...}


@given(st.lists(entries, min_size=1, max_size=5, unique_by=lambda entry: entry.kid))
def test_there_and_back(listed: list[ManifestEntry]) -> None:
    assert parse_manifest(render_manifest(listed)) == tuple(listed)


def test_how_it_looks_on_disk() -> None:
    entry = ManifestEntry(kid=KID, algorithm="EdDSA", state=KeyState.ACTIVE, created_at=0)
    assert json.loads(render_manifest([entry])) == {
        "version": 1,
        "keys": [changed(algorithm="EdDSA", created_at="1970-01-01T00:00:00Z")],
    }


def test_when_the_state_began_may_be_there() -> None:
    document = manifest(changed(since="2026-02-28T00:00:00Z"))
    (entry,) = parse_manifest(document)
    assert (entry.created_at, entry.since) == (1_769_903_999, 1_772_236_800)
    assert json.loads(render_manifest([entry])) == json.loads(document)


def test_a_moment_beyond_what_can_be_written_is_the_last_one() -> None:
    assert render_time(1_769_903_999) == "2026-01-31T23:59:59Z"
    assert render_time(253_402_300_800) == render_time(10**15) == "9999-12-31T23:59:59Z"


def test_members_of_a_newer_gateway_are_ignored() -> None:
    newer = json.dumps({"version": 1, "keys": [changed(retire_at="x")], "rotated_by": [1]}).encode()
    (entry,) = parse_manifest(newer)
    assert entry == ManifestEntry(kid=KID, algorithm="ES256", state=KeyState.ACTIVE, created_at=1_769_903_999)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "is not complete JSON (not JSON)"),
        (manifest(KEY)[:-1], "is not complete JSON (not JSON)"),
        (b"[]", "is not complete JSON (not an object)"),
        (b'{"version":1,"version":1,"keys":[]}', "is not complete JSON (duplicate member)"),
        (manifest(KEY, version=2), "is not of version 1"),
        (manifest(KEY, version=True), "is not of version 1"),
        (manifest(KEY, version="1"), "is not of version 1"),
        (b'{"keys":[]}', "is not of version 1"),
        (manifest(), "lists no key"),
        (b'{"version":1}', "lists no key"),
        (b'{"version":1,"keys":{}}', "lists no key"),
        (manifest("x"), "lists a key that is not an object"),
        (manifest(KEY, KEY), "lists a key twice"),
        (manifest(changed(kid=...)), "lists a key without kid"),
        (manifest(changed(kid=7)), "lists a key without kid"),
        (manifest(changed(state=...)), "lists a key without state"),
        (manifest(changed(state="revoked")), "lists a key whose state is none of pending, active, retiring"),
        (manifest(changed(algorithm="HS256")), "lists a key whose algorithm is none of ES256, EdDSA"),
        (manifest(changed(algorithm=["ES256"])), "lists a key without algorithm"),
        (manifest(changed(created_at=1)), "lists a key without created_at"),
        (
            manifest(changed(created_at="yesterday")),
            "lists a key whose created_at is not as 2026-01-31T23:59:59Z",
        ),
        (manifest(changed(since="soon")), "lists a key whose since is not as 2026-01-31T23:59:59Z"),
        (manifest(changed(since=None)), "lists a key without since"),
    ],
)
def test_what_is_refused(document: bytes, what: str) -> None:
    with pytest.raises(ManifestUnfit) as caught:
        parse_manifest(document)
    assert str(caught.value) == what


@pytest.mark.parametrize(
    "kid",
    ["", "../../etc/passwd", "." * 43, "a" * 42, "a" * 44, "a" * 42 + "/", "a" * 42 + "\n", "a" * 43 + "\n"],
)
def test_a_kid_that_could_be_a_path_is_refused(kid: str) -> None:
    with pytest.raises(ManifestUnfit, match="kid is not an RFC 7638 thumbprint"):
        parse_manifest(manifest(changed(kid=kid)))


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(ManifestUnfit):
        parse_manifest(garbage)
