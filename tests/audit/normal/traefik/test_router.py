"""A router's priority."""

from gateway.audit.normal.traefik.router import priority_of


def test_it_is_the_length_of_the_rule_unless_it_says_another() -> None:
    assert [priority_of(given, "abc") for given in (None, 0, 9, -1)] == [3, 3, 9, -1]
