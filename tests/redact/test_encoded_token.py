from base64 import b64encode, urlsafe_b64encode

from gateway.redact.encoded_token import TYPE, EncodedTokens
from gateway.redact.span import Reach, Span
from tests.leaks.made import Maker

TOKEN = Maker(41).jwt("RS256")


def measure(text: bytes, at: int = 0) -> list[Span]:
    measured = EncodedTokens().measure(text, at, Reach(0, len(text), whole=True))
    assert isinstance(measured, tuple)
    return [one for one in measured if isinstance(one, Span)]


def test_a_token_in_base64_is_found_by_its_plain_spelling() -> None:
    for encode in (b64encode, urlsafe_b64encode):
        text = encode(TOKEN)
        assert measure(text + b"\n") == [Span(0, len(text), TYPE, TOKEN)]
    text = b64encode(TOKEN).rstrip(b"=")
    assert measure(b'"' + text + b'"', 1) == [Span(1, len(text) + 1, TYPE, TOKEN)]


def test_other_base64_is_none() -> None:
    for text in (
        b64encode(b"eyJ" + b"no token at all, and long enough" * 3),
        b64encode(b"eyJ" + TOKEN[40:60]),
        b"ZXlK" + b"A" * 70_000,
    ):
        assert measure(text) == []


def test_it_begins_where_its_run_begins() -> None:
    assert measure(b"A" + b64encode(TOKEN), 1) == []
