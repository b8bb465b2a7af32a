"""CDY-004, 005, 006, 009."""

from tests.audit.showing import found

IDS = {"CDY-004", "CDY-005", "CDY-006", "CDY-009"}


def said(options: str = "", site: str = "") -> list[str]:
    text = f"{{\n{options}\n}}\na.example {{\n{site}\nreverse_proxy app:80\n}}\n"
    return [one for one in found(text, file="Caddyfile") if one in IDS]


def test_options() -> None:
    table = {
        "": [],
        "admin off": [],
        "admin localhost:2019": [],
        "admin 127.0.0.1:2019": [],
        "admin unix//run/caddy.sock": [],
        "admin :2019": ["CDY-006"],
        "admin 0.0.0.0:2019": ["CDY-006"],
        "admin {\n origins a\n}": [],
        "servers {\n log_credentials\n}": ["CDY-004"],
        "servers {\n trusted_proxies static 10.0.0.0/8\n}": [],
        "servers {\n trusted_proxies static private_ranges\n}": [],
        "servers {\n trusted_proxies static 0.0.0.0/0\n}": ["CDY-009"],
        "servers {\n trusted_proxies static 10.0.0.0/8 ::/0\n}": ["CDY-009"],
    }
    for options, expected in table.items():
        assert said(options) == expected, options


def test_logs() -> None:
    assert said(site="log") == ["CDY-005", "CDY-005"]
    filtered = 'log {\n format filter {\n request>uri regexp [?].* ""\n request>headers delete\n }\n}'
    assert said(site=filtered) == []
