"""Would a secret be found where it must not be? A search that finds nothing proves nothing by itself."""

import base64
import urllib.parse

import pytest

from tests.wire.sent_secrets import SentSecrets

pytestmark = pytest.mark.wire

SECRET = "s3cr3t/value+0123456789"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        f"...{SECRET[:16]}...",
        urllib.parse.quote(SECRET, safe=""),
        SECRET.encode().hex(),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.urlsafe_b64encode(f"x{SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_found_in_each_spelling_and_never_repeated(written: str) -> None:
    secrets = SentSecrets()
    secrets.add(SECRET)
    found = secrets.found_in({"log": f"a line with {written} in it", "metrics": "nothing"})
    assert found
    assert all(line.startswith("log: ") and SECRET not in line for line in found)


def test_a_part_of_a_token_is_found() -> None:
    secrets = SentSecrets()
    secrets.add(TOKEN)
    for part in TOKEN.split(".")[1:]:
        assert secrets.found_in({"log": part})
    assert not secrets.found_in({"log": TOKEN.split(".", maxsplit=1)[0]})


def test_what_a_request_carries_is_remembered() -> None:
    secrets = SentSecrets()
    pairs = [("Cookie", "a=1; session=0123456789abc"), ("Authorization", f"Bearer {TOKEN}")]
    secrets.add_request("/x?short=1&key=abcdefghijkl;other=mnopqrstuvwx", pairs)
    for secret in ("0123456789abc", TOKEN, "abcdefghijkl", "mnopqrstuvwx"):
        assert secrets.found_in({"log": secret})
