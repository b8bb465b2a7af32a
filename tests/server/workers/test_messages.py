"""What the supervisor and a worker tell each other, as octets."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.server.workers import messages as m

EVERY: list[m.Message] = [
    m.Adopt(path="a", generation="01", readings=b"\x00\xff", fingerprint_key=b"k" * 32, denied=None),
    m.Adopt(path="a", generation="02", readings=b"", fingerprint_key=b"", denied=b"revoked: []"),
    m.Revoked(content=b"revoked: []"),
    m.SigningKeys(keys=(("PEM", "active", 1, None), ("PEM", "pending", 2, 2))),
    m.SigningKeys(keys=()),
    m.IssuerKeys(issuer_id="corp", document=b'{"keys": []}', read_at=12.5),
    m.Listen(ports={}),
    m.Listen(ports={"decision": 4180, "grpc": 4181}),
    m.Found(number=1, retry_after_s=None),
    m.Found(number=1, retry_after_s=5),
    m.Drain(within_s=20.0),
    m.Listening(),
    m.Adopted(generation="01"),
    m.NotAdopted(generation="01"),
    m.Need(number=1, issuer_id="corp", kid=None),
    m.Need(number=1, issuer_id="corp", kid="k\ud800".encode("utf-8", "surrogatepass")),
    m.Counted(dump=b"{}"),
]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_every_message_arrives_as_it_was_sent(message: m.Message) -> None:
    assert m.decode(m.encode(message)) == message


def test_no_kind_of_message_is_left_out() -> None:
    assert {type(message).__name__ for message in EVERY} == set(m._KINDS)


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b'["Listen"]', b'["Listen", {}]', b'["Other", {}]', b'["Need", 5]', b'[["a"], {}]',
     b'["Counted", {"dump": "***"}]', b'["Counted", {"dump": 5}]'],
)  # fmt: skip
def test_nonsense_is_no_message(text: bytes) -> None:
    with pytest.raises(ValueError, match="not a message"):
        m.decode(text)


@given(st.binary())
def test_no_octets_raise_anything_else(text: bytes) -> None:
    with suppress(ValueError):
        m.decode(text)


def test_no_key_and_no_text_of_a_client_is_printed() -> None:
    printed = repr(
        [m.SigningKeys(keys=(("c4n4ry", "active", 1, 1),)), m.Need(number=1, issuer_id="a", kid=b"c4n4ry")]
    )
    assert "c4n4ry" not in printed
