"""Sites by their addresses."""

from gateway.audit.estate.caddy_syntax import read_caddyfile
from gateway.audit.exposure import Tls
from gateway.audit.normal.caddy_sites import options_of, sites_of


def found(text: str) -> list[tuple[tuple[str, ...], Tls]]:
    return [(one.hosts, one.tls) for one in sites_of(read_caddyfile(text, "Caddyfile"))]


def test_addresses() -> None:
    table = {
        "a.example": [(("a.example",), Tls.ONLY)],
        "A.example, b.example": [(("a.example", "b.example"), Tls.ONLY)],
        "http://a.example": [(("a.example",), Tls.NONE)],
        "a.example, http://a.example": [(("a.example",), Tls.ONLY), (("a.example",), Tls.NONE)],
        ":8080": [(("",), Tls.NONE)],
        ":443": [(("",), Tls.ONLY)],
        "a.example:80": [(("a.example",), Tls.NONE)],
        "https://a.example:8443": [(("a.example",), Tls.ONLY)],
        "*.example.com": [(("*.example.com",), Tls.ONLY)],
        "http://": [(("",), Tls.NONE)],
        "{$DOMAIN}": [(("{$domain}",), Tls.UNKNOWN)],
    }
    for address, expected in table.items():
        assert found(f"{address} {{\n\tlog\n}}\n") == expected, address


def test_without_automatic_https_a_bare_host_is_not_known() -> None:
    assert found("{\n\tauto_https disable_redirects\n}\na.example {\n\tlog\n}\n")[0][1] is Tls.UNKNOWN
    assert found("a.example {\n\ttls internal\n}\n")[0][1] is Tls.ONLY


def test_options_snippets_and_named_routes_are_no_sites() -> None:
    text = "{\n\tadmin off\n}\n(s) {\n\tlog\n}\n&(r) {\n\trespond 200\n}\nimport x\na.example {\n\tlog\n}\n"
    read = read_caddyfile(text, "Caddyfile")
    assert [one.name for one in options_of(read)] == ["admin"]
    (site,) = sites_of(read)
    assert site.hosts == ("a.example",)
    assert list(site.routes) == ["r"]
    assert options_of(read_caddyfile("a.example {\n\tlog\n}\n", "f")) == ()


def test_required_client_certificates() -> None:
    table = {
        "client_auth {\n mode require_and_verify\n}": 1,
        "client_auth {\n mode verify_if_given\n}": 0,
        "client_auth {\n trust_pool file ca.pem\n}": 1,
        "protocols tls1.3": 0,
    }
    for inside, expected in table.items():
        (site,) = sites_of(read_caddyfile(f"a.example {{\n tls {{\n {inside}\n }}\n}}\n", "f"))
        assert len(site.certificates) == expected, inside
