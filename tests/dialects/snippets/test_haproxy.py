"""The configuration for HAProxy: one way on, and behind it every header is ours or gone."""

import re

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets.haproxy import snippet
from gateway.dialects.snippets.logs import haproxy as logs
from gateway.dialects.snippets.settings import IDENTITY, Settings, SnippetImpossible
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

SETTINGS = Settings(gateway="http://127.0.0.1:4180", backend="http://127.0.0.1:8080", listen="127.0.0.1:1")
POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
ASK = "http-request lua.token_gateway "
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def section(policy: Policy, name: str, settings: Settings = SETTINGS) -> list[str]:
    """The directives of one section, without comments."""
    (text,) = re.findall(rf"^{name}.*\n((?:    .*\n|\n)*)", snippet(policy, settings), re.MULTILINE)
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def asking(policy: Policy) -> list[str]:
    """The arguments of the one question: URL, time in ms, what is replaced, what is removed."""
    (line,) = [line for line in section(policy, "frontend") if line.startswith(ASK)]
    return line.removeprefix(ASK).split()


@each
def test_there_is_one_way_on(policy: Policy) -> None:
    """HAProxy goes on where a script fails: only the rule behind it closes."""
    rules = [line for line in section(policy, "frontend") if line.startswith("http-request ")]
    place = next(n for n, line in enumerate(rules) if line.startswith(ASK))
    assert rules[place + 1].startswith("http-request return status 503 ")
    assert rules[place + 1].endswith(" unless { var(txn.token_gateway_permit) -m bool }")
    before = {line.split()[1] for line in rules[:place]}
    assert before <= {"deny", "del-header"}
    lock = "http-request deny deny_status 503 unless { var(txn.token_gateway_permit) -m bool }"
    assert section(policy, "backend")[0] == lock
    assert section(policy, "frontend")[-1] == "default_backend token_gateway_backend"


@each
def test_every_identity_header_is_ours(policy: Policy) -> None:
    url, _, replaced, _ = asking(policy)
    assert url == "http://127.0.0.1:4180/auth/haproxy/orders"
    assert {"Authorization", *IDENTITY} <= set(replaced.split(","))
    assert len(set(replaced.split(","))) == len(replaced.split(","))


@each
def test_what_could_mislead_the_backend_is_taken_away_behind_the_question(policy: Policy) -> None:
    rules = section(policy, "frontend")
    place = next(n for n, line in enumerate(rules) if line.startswith(ASK))
    behind = rules[place + 2 :]
    for header in UNTRUSTED:
        assert f"http-request del-header {header}" in behind
        # The gateway must see every header, or it could not refuse look-alikes.
        assert f"http-request del-header {header}" not in rules[:place]
    assert "http-request set-uri %[var(txn.token_gateway_target)]" in behind
    assert "http-request del-header x-token-gateway- -m beg" in behind
    assert "http-request del-header [^A-Za-z0-9-] -m reg" in behind


@each
def test_no_log_holds_a_query_or_a_header(policy: Policy) -> None:
    text = snippet(policy, SETTINGS)
    forms = re.findall(r"^ +(log-format .+)$", text, re.MULTILINE)
    assert forms == [logs.directives({"auth": '"%[var(txn.token_gateway_status)]"'})[1]]
    assert not re.search(r"capture (?!\.req\.uri)|option httplog|req\.cook|debug", text)


def test_it_says_for_which_hosts_it_is() -> None:
    assert "# Hosts: api.example.com, *.example.org. " in snippet(p.HOSTS, SETTINGS)


def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert "X-Device-Token" in asking(p.HEADER)[2].split(",")
    assert "Cookie" in asking(p.COOKIE)[2].split(",")
    assert "Cookie" not in asking(p.PLAIN)[2].split(",")
    assert asking(p.QUERY)[3] == "access_token,device.token"
    assert asking(p.PLAIN)[3] == ","


def test_an_upgrade_passes_only_where_a_route_takes_it() -> None:
    plain, websocket = section(p.PLAIN, "frontend"), section(p.WEBSOCKET, "frontend")
    assert "http-request del-header Upgrade" in plain
    assert "http-request del-header Connection" in plain
    assert not any(line.startswith("http-request del-header Upgrade") for line in websocket)
    assert "http-request del-header Connection unless { req.hdr(Upgrade) -m found }" in websocket


def test_the_gateways_word_on_cors_is_the_only_one() -> None:
    after = [line for line in section(p.CORS, "frontend") if line.startswith("http-after-response ")]
    assert after[0].startswith("http-after-response del-header access-control- -m beg ")
    assert [line.split()[2] for line in after[1:]] == [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Access-Control-Expose-Headers",
        "Vary",
    ]
    assert after[-1].startswith("http-after-response add-header ")  # the backend's Vary stays
    assert not any("http-after-response" in line for line in section(p.PLAIN, "frontend"))


@pytest.mark.parametrize(
    ("backend", "address"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://app.example", "app.example:80"),
        ("http://[::1]", "[::1]:80"),
        ("https://app.example", "app.example:443 ssl verify required ca-file @system-ca"),
    ],
)
def test_the_backend_is_the_operators(backend: str, address: str) -> None:
    """HAProxy takes a server without a port to be at the port that the client has used."""
    line = section(p.PLAIN, "backend", Settings(backend=backend))[-1]
    assert line.startswith(f"server backend {address}")


@pytest.mark.parametrize(("listen", "bind"), [("80", "*:80"), ("127.0.0.1:81", "127.0.0.1:81")])
def test_it_listens_where_it_is_told(listen: str, bind: str) -> None:
    assert section(p.PLAIN, "frontend", Settings(listen=listen))[0] == f"bind {bind}"


def test_a_certificate_alone_is_more_than_it_can_show() -> None:
    with pytest.raises(SnippetImpossible, match="knows its callers by their certificates"):
        snippet(p.CERTIFICATE, Settings())


def test_the_secret_of_a_caller_comes_from_the_environment() -> None:
    text = snippet(p.SECRET, Settings())
    assert "start HAProxy with it in TOKEN_GATEWAY_CALLER" in text
    assert p.SECRET.caller_secrets[0].decode() not in text
    assert "TOKEN_GATEWAY_CALLER" not in snippet(p.PLAIN, Settings())


def test_over_tls_the_gateway_is_verified() -> None:
    text = snippet(p.PLAIN, Settings(gateway="https://gateway.example.com:4180"))
    assert "httpclient.ssl.verify required" in text
    assert "httpclient.ssl.ca-file token_gateway_ca.crt" in text
    assert "httpclient.ssl" not in snippet(p.PLAIN, Settings())
    with pytest.raises(SnippetImpossible, match="with a name"):
        snippet(p.PLAIN, Settings(gateway="https://10.0.0.1:4180"))
