"""A name leads to the certificate that shows it, and to no other (RFC 9525 section 6.3)."""

import pytest

from gateway.tls.names import ByName, dns_names
from gateway.tls.pair import UnfitCertificates
from tests.tls.authority import Authority

OURS = Authority("ours")
KNOWN = ByName(
    [
        (frozenset({"api.example.com", "example.com"}), "exact"),
        (frozenset({"*.example.com", "*.other.example"}), "wildcard"),
    ],
    other="first",
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("api.example.com", "exact"),
        ("API.Example.com", "exact"),
        ("example.com", "exact"),
        ("www.example.com", "wildcard"),
        ("WWW.other.example", "wildcard"),
        ("a.b.example.com", "first"),
        ("other.example", "first"),
        ("com", "first"),
        ("", "first"),
        (".example.com", "wildcard"),
        ("api.example.com.", "first"),
        ("evil.example", "first"),
        (None, "first"),
    ],
)
def test_an_exact_name_comes_before_one_label_of_a_wildcard(name: str | None, found: str) -> None:
    assert KNOWN.find(name) == found


def test_whoever_asks_for_another_name_may_get_nothing() -> None:
    strict = ByName([(frozenset({"api.example.com"}), "exact")], other=None)
    assert strict.find("api.example.com") == "exact"
    assert strict.find("other.example") is None
    assert strict.find(None) is None


def test_two_for_one_name_are_one_too_many() -> None:
    for name in ("api.example.com", "*.example.com"):
        with pytest.raises(UnfitCertificates, match="two certificates are for one name"):
            ByName([(frozenset({name}), "a"), (frozenset({name}), "b")], other="a")


def test_one_of_several_must_say_what_it_is_for() -> None:
    nameless: frozenset[str] = frozenset()
    assert ByName([(nameless, "only")], other="only").find("any.example") == "only"
    for several in ([(nameless, "a"), (frozenset({"b.example"}), "b")], [(nameless, "a")]):
        with pytest.raises(UnfitCertificates, match="shows no DNS name"):
            ByName(several, other=None)


def test_the_names_are_those_of_the_first_certificate_and_never_its_common_name() -> None:
    first = OURS.client("API.example.com", "*.example.org", "spiffe://a/b", common_name="root.example")
    assert dns_names(first.chain + OURS.server("second.example").chain) == {
        "api.example.com",
        "*.example.org",
    }
    assert dns_names(OURS.client(common_name="root.example").chain) == frozenset()
    assert dns_names(b"nothing") == frozenset()
