"""`gateway init`: what it prints, asks, refuses and writes."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import builders as b
from tests.cli.configuration import AT, Run
from tests.draft.manifests import Json, ingress, stream

ISSUER = ("--issuer", b.ISSUER)
ONE = ingress(("Prefix", "/v1/orders", "orders"))


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLER_SECRET", "0" * 64)
    (tmp_path / "shop.yaml").write_bytes(stream(ONE))
    return tmp_path


def with_file(folder: Path, *objects: Json) -> None:
    (folder / "shop.yaml").write_bytes(stream(*objects))


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(io.BytesIO(text.encode())))


def test_what_it_writes_is_checked_and_explained(gateway: Run, there: Path) -> None:
    ran = gateway("init", "--ingress", "shop.yaml", *ISSUER)
    assert (ran.code, ran.err) == (0, "")
    assert "/v1/orders/**  <- shop.yaml:12 Ingress shop/orders: Prefix /v1/orders" in ran.out
    config = ("-c", "token-gateway/gateway.yaml")
    assert gateway("check", *config).code == 0
    (there / "keys.json").write_bytes(b.jwks(b.KEY))
    asked = ("explain", *config, "--jwks", "corp=keys.json", "--at", AT, "--dialect", "nginx")
    (there / "token").write_text(b.token(aud="https://api.example.com"))
    token = ("--token-file", "token")
    url = "https://api.example.com/v1/orders/17"
    assert gateway(*asked, *token, "--method", "GET", "--url", url).code == 0
    for refused in (
        (*token, "--method", "POST", "--url", url),
        (*token, "--method", "GET", "--url", "https://api.example.com/v1/ordersx"),
        (*token, "--method", "GET", "--url", "https://other.example.com/v1/orders"),
        ("--method", "GET", "--url", url),
    ):
        assert gateway(*asked, *refused).code == 1


def test_a_stream_on_stdin(gateway: Run, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stream(ONE))))
    assert gateway("init", "--ingress", "-", *ISSUER, "--output", "out").code == 0
    assert "stdin" in (there / "out" / "gateway.yaml").read_text()


def test_the_issuer_is_asked_for_on_a_terminal(
    gateway: Run, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "https://idp.example.com\n")
    ran = gateway("init", "--ingress", "shop.yaml")
    assert ran.code == 0
    assert "Who issues the tokens" in ran.err
    assert 'issuer: "https://idp.example.com"' in (there / "token-gateway" / "gateway.yaml").read_text()


def test_so_is_a_host_that_no_rule_names(gateway: Run, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_file(there, ingress(("Prefix", "/v1", "orders"), host=""))
    assert gateway("init", "--ingress", "shop.yaml", *ISSUER).code == 2
    typed(monkeypatch, "api.example.com\n")
    ran = gateway("init", "--ingress", "shop.yaml", *ISSUER)
    assert (ran.code, "name no host" in ran.err) == (0, True)


def test_without_a_terminal_nothing_is_asked(gateway: Run, there: Path) -> None:
    ran = gateway("init", "--ingress", "shop.yaml")
    assert (ran.code, "--issuer" in ran.err) == (2, True)
    assert not (there / "token-gateway").exists()


def test_what_is_left_out_is_exit_1_with_file_line_and_fix(gateway: Run, there: Path) -> None:
    with_file(there, ingress(("Prefix", "/v1", "orders"), ("Prefix", "/a*", "x"), auth_url="http://x"))
    ran = gateway("init", "--ingress", "shop.yaml", *ISSUER)
    assert ran.code == 1
    assert "left out, so that the gateway refuses it:\n  shop.yaml:" in ran.out
    assert "auth-url: something else is asked there" in ran.out


def test_for_a_program(gateway: Run, there: Path) -> None:
    with_file(there, ingress(("Prefix", "/v1", "orders"), ("Prefix", "/a*", "x")))
    document: Any = gateway("init", "--ingress", "shop.yaml", *ISSUER, "--json").document
    assert document["policies"]["orders"]["routes"]["orders-read"] == {
        "methods": ["GET", "HEAD"],
        "paths": ["/v1/**"],
    }
    assert document["policies"]["orders"]["targets"] == ["ingress-nginx"]
    assert [one["line"] > 1 for one in document["left_out"]] == [True]
    assert "token-gateway/values.yaml" in document["written"]


def test_a_folder_is_never_written_over_unless_asked_for(gateway: Run, there: Path) -> None:
    arguments = ("init", "--ingress", "shop.yaml", *ISSUER)
    assert gateway(*arguments).code == 0
    (there / "token-gateway" / "gateway.yaml").write_text("mine")
    ran = gateway(*arguments)
    assert (ran.code, "--force" in ran.err) == (2, True)
    assert (there / "token-gateway" / "gateway.yaml").read_text() == "mine"
    assert gateway(*arguments, "--force").code == 0
    assert (there / "token-gateway" / "gateway.yaml").read_text() != "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing that could be used"),
        (b"kind: Service\napiVersion: v1\n", "is not read"),
        (b"a: [", "shop.yaml:1:"),
        (b"a: &a [x]\nb: *a\n", "anchors and aliases are refused"),
        (b"#" * (5 << 20), "larger than 4 MiB"),
    ],
)
def test_nothing_usable_is_exit_2_and_writes_nothing(
    gateway: Run, there: Path, content: bytes, said: str
) -> None:
    (there / "shop.yaml").write_bytes(content)
    ran = gateway("init", "--ingress", "shop.yaml", *ISSUER)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert [one.name for one in there.iterdir()] == ["shop.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ingress", "absent.yaml", *ISSUER),
        ("--ingress", "shop.yaml", "--issuer", "http://idp.example.com"),
        ("--ingress", "shop.yaml", *ISSUER, "--peers", "0.0.0.0/0"),
        ("--ingress", "shop.yaml", *ISSUER, "--host", "*"),
        ("--ingress", "shop.yaml", *ISSUER, "--gateway", "nowhere"),
        ("--ingress", "shop.yaml", *ISSUER, "--controller", "unheard-of"),
        (*ISSUER,),
    ],
)
def test_wrong_usage_is_exit_2(gateway: Run, there: Path, arguments: tuple[str, ...]) -> None:
    ran = gateway("init", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert not (there / "token-gateway").exists()
