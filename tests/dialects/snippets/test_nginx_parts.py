"""The parts for nginx: one text for its own file and for controllers, apart by a name and a directory."""

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets import nginx_parts as parts
from gateway.dialects.snippets.settings import IDENTITY, Settings, SnippetImpossible
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)
TLS = Settings(gateway="https://token-gateway.token-gateway.svc:4180")


@each
def test_what_a_server_asks_a_location_replaces(policy: Policy) -> None:
    server = parts.server_part(policy, Settings(), "one", upgrade=True).splitlines()
    location = parts.location_part(policy, frozenset()).splitlines()
    assert "auth_request /_one;" in server
    assert "location = /_one {" in server
    for header in ("Authorization", *IDENTITY):
        variable = "$tg_" + header.lower().replace("-", "_")
        assert any(line.startswith(f"auth_request_set {variable} ") for line in server)
        assert f"proxy_set_header {header} {variable};" in location
    for header in UNTRUSTED:
        assert f'proxy_set_header {header} "";' in location


@each
def test_a_location_sets_no_header_twice(policy: Policy) -> None:
    lines = [line.split() for line in parts.location_part(policy, frozenset()).splitlines()]
    names = [words[1] for words in lines if words[0] == "proxy_set_header"]
    assert len(names) == len(set(names))


def test_what_the_controller_says_itself_is_left_to_it() -> None:
    text = parts.location_part(p.PLAIN, frozenset({"X-Forwarded-Port"}))
    assert "X-Forwarded-Port" not in text
    assert "X-Forwarded-Server" in text


def test_two_names_meet_nowhere() -> None:
    def made(name: str) -> set[str]:
        text = parts.server_part(p.PLAIN, Settings(), name, upgrade=True)
        return {line for line in text.splitlines() if "location" in line or "error_page" in line}

    assert made("one") & made("two") == set()


def test_of_an_upgrade_that_is_passed_the_gateway_is_told() -> None:
    told = "proxy_set_header Upgrade $http_upgrade;"
    for upgrade in (True, False):
        assert (told in parts.server_part(p.PLAIN, Settings(), "one", upgrade=upgrade)) is upgrade
    assert told in parts.forwarded(p.WEBSOCKET, "$map")
    assert "proxy_set_header Connection $map;" in parts.forwarded(p.WEBSOCKET, "$map")
    assert told not in parts.forwarded(p.PLAIN, "$map")


def test_files_are_where_a_secret_is_mounted() -> None:
    secret = parts.server_part(p.SECRET, Settings(), "one", upgrade=True)
    assert f"include {parts.DIRECTORY}{parts.CALLER_FILE};" in secret
    assert p.SECRET.caller_secrets[0].decode() not in secret
    shown = parts.server_part(p.CERTIFICATE, TLS, "one", upgrade=False)
    for line in (
        f"proxy_ssl_trusted_certificate {parts.DIRECTORY}token_gateway_ca.crt;",
        "proxy_ssl_verify on;",
        "proxy_ssl_name token-gateway.token-gateway.svc;",
        f"proxy_ssl_certificate {parts.DIRECTORY}token_gateway_client.crt;",
        f"proxy_ssl_certificate_key {parts.DIRECTORY}token_gateway_client.key;",
    ):
        assert line in shown


def test_the_log_names_no_query() -> None:
    for leaking in ("$request ", "$request_uri", "$args", "$query_string", "$http_", "'"):
        assert leaking not in parts.LOG_FORMAT + " "


def test_an_address_has_no_name_to_compare() -> None:
    with pytest.raises(SnippetImpossible, match="never with an address"):
        parts.check_name(Settings(gateway="https://127.0.0.1:4180"))
    parts.check_name(TLS)


def test_a_target_that_another_writes_keeps_its_query() -> None:
    with pytest.raises(SnippetImpossible, match="SOMEBODY cannot take it out of the target"):
        parts.check_query(p.QUERY, "SOMEBODY")
    parts.check_query(p.PLAIN, "SOMEBODY")
