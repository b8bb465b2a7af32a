"""CDY-002, 008, 010 to 013."""

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from tests.audit.showing import estate_of

LIMIT = "transport http {\n response_header_timeout 6s\n}\n"
PROGRAM = """apiVersion: v1
kind: Pod
metadata: {name: caddy, namespace: edge}
spec: {containers: [{name: caddy, image: "%s"}]}
"""
METHOD = "header_up X-Forwarded-Method {http.request.method}"
IDS = {"CDY-002", "CDY-008", "CDY-010", "CDY-011", "CDY-012", "CDY-013", "CDY-014"}


def said(asking: str, image: str = "caddy:2.11.4") -> list[str]:
    gathering = Gathering()
    gather_text(f"a.example {{\n{asking}\nreverse_proxy app:80\n}}\n".encode(), "Caddyfile", gathering)
    gather_text((PROGRAM % image).encode(), "pod.yaml", gathering)
    assert not gathering.unread
    found = check(gathering.finished()).findings
    return sorted(f"{one.rule.id} {one.severity.value}" for one in found if one.rule.id in IDS)


def ask(server: str = "https://gw.example:4180", uri: str = "uri /x?\n", more: str = LIMIT) -> str:
    return f"forward_auth {server} {{\n{uri}copy_headers Authorization\n{more}}}"


def long(response: str = "handle_response @ok", method: str = METHOD, rewrite: str = "rewrite /x?") -> str:
    told = f"header_up X-Forwarded-Uri {{http.request.uri}}\n{method}\n{rewrite}\n"
    yes = f"@ok status 200\n{response} {{\nvars a b\n}}\n"
    return f"reverse_proxy https://gw.example {{\n{told}{LIMIT}{yes}}}"


def test_the_question() -> None:
    careless = LIMIT.replace("6s\n", "6s\n tls_insecure_skip_verify\n")
    table = {
        ask(): [],
        ask("http://127.0.0.1:4180"): [],
        ask("unix//run/gw.sock"): [],
        ask("gw.example:4180"): ["CDY-002 high"],
        ask("http://gw.example"): ["CDY-002 high"],
        ask(more=careless): ["CDY-002 high"],
        ask(uri="uri /x\n"): ["CDY-011 info"],
        ask(uri=""): ["CDY-012 medium"],
        ask(server=""): ["CDY-012 medium"],
        ask(more=""): ["CDY-013 low"],
        long(): [],
        long("handle_response"): ["CDY-010 critical"],
        long(method=""): ["CDY-014 critical"],
        long(method="header_up X-Forwarded-Method {http.request.header.X-Forwarded-Method}"): [
            "CDY-014 critical"
        ],
        long(rewrite=""): ["CDY-012 medium"],
    }
    for asking, expected in table.items():
        assert said(asking) == expected, asking


def test_the_version_is_that_of_the_image() -> None:
    table = {
        "caddy:2.11.2": [],
        "docker.io/library/caddy:2.12-alpine": [],
        "caddy:2.11.1": ["CDY-008 high"],
        "caddy:2.6": ["CDY-008 high"],
        "registry.example/own:1": ["CDY-008 info"],
    }
    for image, expected in table.items():
        assert said(ask(), image) == expected, image
    assert said("basic_auth {\n bob hash\n}", "caddy:2.6") == []


def test_an_estate_without_any_says_nothing() -> None:
    assert check(estate_of()).findings == ()
