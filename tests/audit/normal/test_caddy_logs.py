"""What an access log of Caddy holds."""

from gateway.audit.estate.caddy_syntax import read_caddyfile
from gateway.audit.normal.caddy_logs import logged
from gateway.audit.normal.caddy_sites import options_of

URI, HEADERS = 'request>uri regexp [?].* ""', "request>headers delete"


def names(log: str, options: str = "") -> list[str]:
    text = f"{{\n{options}\n}}\na.example {{\n{log}\n}}\n"
    found = read_caddyfile(text, "Caddyfile")
    assert not found.problems
    return [one.name for one in logged(found.directives[1], options_of(found))]


def test_what_is_logged() -> None:
    table = {
        ("", ""): [],
        ("log", ""): ["query", "x-api-key"],
        ("log {\n output discard\n}", ""): [],
        (f"log {{\n format filter {{\n {URI}\n }}\n}}", ""): ["x-api-key"],
        (f"log {{\n format filter {{\n {URI}\n {HEADERS}\n }}\n}}", ""): [],
        (f"log {{\n format filter {{\n fields {{\n {URI}\n {HEADERS}\n }}\n }}\n}}", ""): [],
        ("log {\n format json\n}", ""): ["query", "x-api-key"],
        ("log", f"log default {{\n format filter {{\n {URI}\n {HEADERS}\n }}\n}}"): [],
        ("log", "servers {\n log_credentials\n}"): ["query", "x-api-key", "authorization", "cookie"],
    }
    for (log, options), expected in table.items():
        assert names(log, options) == expected, (log, options)
