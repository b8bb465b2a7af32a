"""`gateway token`: from a provider on loopback, and from nowhere else."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.cli.configuration import Run
from tests.wire.recording_server import RecordingServer, Reply

JSON = (("Content-Type", "application/json"),)


def reply(document: Any) -> Reply:
    return Reply(headers=JSON, body=json.dumps(document).encode())


@pytest.mark.parametrize(
    "provider",
    [
        "https://idp.example.com",
        "http://idp.example.com",
        "http://10.0.0.1:4190",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://localhost.example.com",
        "https://127.0.0.1:4190",
        "file:///etc/passwd",
        "http://[::1",
        "127.0.0.1:4190",
        "",
    ],
)
def test_a_provider_elsewhere_is_refused(gateway: Run, provider: str) -> None:
    ran = gateway("token", "--provider", provider)
    assert (ran.code, ran.out) == (2, "")
    assert "--provider is the development provider on loopback" in ran.err


def test_the_token_is_printed_alone(gateway: Run) -> None:
    with RecordingServer(lambda _: reply({"access_token": "t.o.k"})) as provider:
        ran = gateway("token", "--provider", f"{provider.url}/", "--scope", "a b", "--subject", "eve")
        (request,) = provider.requests
    assert (ran.code, ran.out, ran.err) == (0, "t.o.k\n", "")
    assert request.start_line.startswith("POST /token ")
    form = {name: value for name, (value,) in parse_qs(request.body.decode()).items()}
    assert form["grant_type"] == "client_credentials"
    assert (form["scope"], form["subject"], form["lifetime"]) == ("a b", "eve", "300")


def test_an_expired_one_is_past_every_leeway(gateway: Run) -> None:
    with RecordingServer(lambda _: reply({"access_token": "t.o.k"})) as provider:
        gateway("token", "--provider", provider.url, "--expired")
        (request,) = provider.requests
    assert parse_qs(request.body.decode())["lifetime"] == ["-60"]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(status=400),
        Reply(status=500),
        reply({"error": "no"}),
        reply(["no"]),
        Reply(body=b"\xff"),
        Reply(status=302, headers=(("Location", "http://192.0.2.1/token"),)),
    ],
    ids=["400", "500", "no token", "no object", "no JSON", "elsewhere"],
)
def test_a_provider_that_gives_none_is_a_finding(gateway: Run, answer: Reply) -> None:
    with RecordingServer(lambda _: answer) as provider:
        ran = gateway("token", "--provider", provider.url)
        assert len(provider.requests) == 1
    assert (ran.code, ran.out) == (1, "")
    assert "gave no token" in ran.err
    assert "Is `gateway dev` running?" in ran.err


def test_nobody_at_the_address_is_a_finding(gateway: Run) -> None:
    ran = gateway("token", "--provider", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (1, "")


def test_a_proxy_of_the_environment_is_not_asked(gateway: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with RecordingServer(lambda _: reply({"access_token": "t.o.k"})) as provider:
        assert gateway("token", "--provider", provider.url).code == 0
