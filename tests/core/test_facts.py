"""What a peer told: frozen, and printed without a secret."""

import pytest

from gateway.core.facts import Host
from tests.builders import facts


def test_the_path_ends_at_the_first_question_mark() -> None:
    told = facts(b"/a/b?c=/d?e")
    assert (told.path, told.query) == (b"/a/b", b"c=/d?e")
    assert (facts(b"/a").path, facts(b"/a").query) == (b"/a", b"")


def test_header_values_keep_order_and_duplicates() -> None:
    told = facts(b"/", (b"a", b"1"), (b"b", b"2"), (b"a", b"3"))
    assert told.header_values(b"a") == [b"1", b"3"]
    assert told.header_values(b"c") == []


@pytest.mark.parametrize(
    ("host", "text"),
    [
        (Host(name="a.example"), "a.example"),
        (Host(name="a.example", port=8443), "a.example:8443"),
        (Host(name="::1"), "[::1]"),
        (Host(name="::1", port=80), "[::1]:80"),
    ],
)
def test_a_host_is_written_as_in_a_host_header(host: Host, text: str) -> None:
    assert str(host) == text


def test_printing_shows_neither_target_nor_headers() -> None:
    told = facts(b"/path?access_token=c4n4ry", (b"authorization", b"Bearer c4n4ry"))
    assert "c4n4ry" not in repr(told)


def test_a_step_cannot_change_what_a_later_step_reads() -> None:
    with pytest.raises(AttributeError):
        facts().method = "DELETE"  # type: ignore[misc]
