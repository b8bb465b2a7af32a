"""The configuration for nginx: every header is ours or gone, and nginx itself accepts it."""

import re
import subprocess
from pathlib import Path

import pytest

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.logs import nginx as logs
from gateway.dialects.snippets.nginx import snippet
from gateway.dialects.snippets.settings import (
    IDENTITY,
    SERVER_FILE,
    SERVER_KEY_FILE,
    Settings,
    SnippetImpossible,
)
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p
from tests.tls.authority import Authority
from tests.wire.components import Component, locate, version
from tests.wire.nginx import main_configuration, write_caller
from tests.wire.processes import Command
from tests.wire.what_ran import record

SETTINGS = Settings(gateway="http://127.0.0.1:4180", backend="http://127.0.0.1:8080", listen="127.0.0.1:1")
POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def location(text: str, name: str) -> list[str]:
    """The directives of one location."""
    (body,) = re.findall(
        rf"^    location {re.escape(name)} {{\n(.*?)\n    }}$", text, re.DOTALL | re.MULTILINE
    )
    return [line.strip() for line in body.splitlines()]


@each
def test_every_identity_header_is_ours(policy: Policy) -> None:
    front = location(snippet(policy, SETTINGS), "/")
    for header in ("Authorization", *IDENTITY):
        variable = "$tg_" + header.lower().replace("-", "_")
        upstream = "$upstream_http_" + header.lower().replace("-", "_")
        assert f"auth_request_set {variable} {upstream};" in front
        assert f"proxy_set_header {header} {variable};" in front


@pytest.mark.parametrize(
    ("listen", "clear", "secured"),
    [
        ("80", "80", "443"),
        ("192.0.2.1:80", "192.0.2.1:80", "192.0.2.1:443"),
        ("443", None, "443"),
        ("[::]:8443", None, "[::]:8443"),
    ],
)
def test_the_world_comes_over_tls(listen: str, clear: str | None, secured: str) -> None:
    text = snippet(p.PLAIN, Settings(listen=listen))
    assert f"    listen {secured} ssl;" in text
    assert f"    ssl_certificate {SERVER_FILE};" in text
    redirects = re.findall(
        r"^server {\n    listen (\S+);\n(?:.*\n)*?    return 308 https://", text, re.MULTILINE
    )
    assert redirects == ([clear] if clear else [])


def test_on_this_machine_something_else_ends_tls() -> None:
    for listen in ("127.0.0.1:8000", "[::1]:8000", "localhost:8000"):
        text = snippet(p.PLAIN, Settings(listen=listen))
        assert f"    listen {listen};" in text
        assert "\n    ssl_certificate" not in text


@each
def test_what_could_mislead_the_backend_is_taken_away(policy: Policy) -> None:
    front = location(snippet(policy, SETTINGS), "/")
    assert front[0] == "auth_request /_token_gateway;"
    for header in UNTRUSTED:
        assert f'proxy_set_header {header} "";' in front


@each
def test_no_header_is_set_twice(policy: Policy) -> None:
    for name in ("/", "= /_token_gateway"):
        directives = [line.split() for line in location(snippet(policy, SETTINGS), name)]
        names = [words[1] for words in directives if words[0] == "proxy_set_header"]
        assert len(names) == len(set(names))


@each
def test_the_gateway_is_told_the_one_set_of_carriers(policy: Policy) -> None:
    asked = location(snippet(policy, SETTINGS), "= /_token_gateway")
    assert "internal;" in asked
    assert "proxy_method GET;" in asked
    assert "proxy_pass http://token_gateway/auth/nginx/orders;" in asked
    assert "proxy_set_header X-Original-Method $request_method;" in asked
    assert "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;" in asked


def test_a_certificate_is_told_by_nginx_alone() -> None:
    text = snippet(p.TOLD[CertificateFrom.NGINX], SETTINGS)
    asked = location(text, "= /_token_gateway")
    assert "proxy_set_header SSL-Client-Cert $ssl_client_escaped_cert;" in asked
    assert "proxy_set_header SSL-Client-Verify $ssl_client_verify;" in asked
    assert "# ssl_client_certificate client_ca.crt; ssl_verify_client optional;" in text


@each
def test_no_answer_is_kept(policy: Policy) -> None:
    """K20: the answer to one client's sub-request, kept, would let the next client through."""
    directives = {line.split()[0] for line in snippet(policy, SETTINGS).splitlines() if line.strip()}
    assert "auth_request" in directives
    assert [one for one in directives if one.startswith("proxy_cache") or one.endswith("_store")] == []


@each
def test_no_log_holds_a_query_or_a_header(policy: Policy) -> None:
    text = snippet(policy, SETTINGS)
    assert logs.PATH + logs.log_format("token_gateway", {"auth": "$tg_status"}) in text
    assert text.count("log_format") == 1
    assert "access_log logs/access.log token_gateway;" in text


def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert 'proxy_set_header X-Device-Token "";' in location(snippet(p.HEADER, SETTINGS), "/")
    assert "proxy_set_header Cookie $tg_cookie;" in location(snippet(p.COOKIE, SETTINGS), "/")
    front = location(snippet(p.QUERY, SETTINGS), "/")
    assert any(line.startswith("proxy_pass http://token_gateway_backend$tg_target_1;") for line in front)
    asked = location(snippet(p.QUERY, SETTINGS), "= /_token_gateway")
    assert 'proxy_set_header X-Token-Gateway-Removes "query";' in asked
    plain = location(snippet(p.PLAIN, SETTINGS), "= /_token_gateway")
    assert 'proxy_set_header X-Token-Gateway-Removes "";' in plain


def test_an_upgrade_passes_only_where_a_route_takes_it() -> None:
    assert not any("Upgrade $http_upgrade" in line for line in location(snippet(p.PLAIN, SETTINGS), "/"))
    assert "proxy_set_header Upgrade $http_upgrade;" in location(snippet(p.WEBSOCKET, SETTINGS), "/")
    assert "proxy_set_header Upgrade $http_upgrade;" in location(
        snippet(p.WEBSOCKET, SETTINGS), "= /_token_gateway"
    )


def test_a_preflight_is_answered_and_never_passed_on() -> None:
    page = location(snippet(p.CORS, SETTINGS), "@token_gateway_403")
    assert "if ($tg_x_token_gateway_preflight = 204) { return 204; }" in page
    assert page[-1] == "return 403;"
    assert not any("preflight" in line for line in location(snippet(p.PLAIN, SETTINGS), "@token_gateway_403"))


@pytest.mark.wire
@pytest.mark.parametrize("nginx", [Component.NGINX_OLD, Component.NGINX_NEW], ids=lambda one: one.value)
@pytest.mark.parametrize("settings", [SETTINGS, Settings()], ids=["here", "world"])
@each
def test_nginx_accepts_it(
    policy: Policy, settings: Settings, nginx: Component, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    record(request.node, nginx.value, version(nginx))
    own = Authority("proxy").server("api.example.com")
    (tmp_path / SERVER_FILE).write_bytes(own.chain)
    (tmp_path / SERVER_KEY_FILE).write_bytes(own.key)
    file = tmp_path / "nginx.conf"
    (tmp_path / "logs").mkdir()
    write_caller(tmp_path)
    file.write_text(main_configuration(snippet(policy, settings)))
    command: Command = [locate(nginx), "-e", "stderr", "-p", tmp_path, "-c", file, "-t"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
    # The size of a hash is nginx's own business: a second directive for it in one http block is an error.
    warnings = [line for line in ran.stderr.splitlines() if "[warn]" in line]
    assert all("variables_hash" in line for line in warnings), warnings


def test_the_secret_of_a_caller_is_said_and_not_shown() -> None:
    text = snippet(p.SECRET, SETTINGS)
    assert "X-Token-Gateway-Caller" in text
    assert "include token_gateway_caller.conf;" in text
    assert p.SECRET.caller_secrets[0].decode() not in text
    assert "include token_gateway_caller.conf;" not in snippet(p.PLAIN, SETTINGS)


@pytest.mark.parametrize(
    ("gateway", "name"), [("https://gw.example:4180", "gw.example"), ("https://gw", "gw")]
)
def test_over_tls_the_gateway_is_verified_and_a_certificate_shown_where_one_is_asked_for(
    gateway: str, name: str
) -> None:
    settings = Settings(gateway=gateway)
    plain, secret, shown = (snippet(one, settings) for one in (p.PLAIN, p.SECRET, p.CERTIFICATE))
    assert all("token_gateway_ca.crt" in text and name in text for text in (plain, secret, shown))
    assert [("token_gateway_client.key" in text) for text in (plain, secret, shown)] == [False, False, True]
    assert "token_gateway_ca.crt" not in snippet(p.CERTIFICATE, Settings())


@pytest.mark.parametrize("gateway", ["https://10.0.0.1", "https://10.0.0.1:4180", "https://[fd00::1]:4180"])
def test_it_verifies_names_alone(gateway: str) -> None:
    with pytest.raises(SnippetImpossible, match="with a name"):
        snippet(p.PLAIN, Settings(gateway=gateway))


def test_the_name_of_a_parameter_is_no_pattern() -> None:
    text = snippet(p.QUERY, SETTINGS)
    assert r"device\.token=[^&;]*" in text
    assert "device.token=[" not in text
