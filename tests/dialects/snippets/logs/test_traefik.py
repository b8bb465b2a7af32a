"""What Traefik writes of a request: named one by one; headers and query parameters never."""

import yaml

from gateway.dialects.snippets.logs import traefik

NEVER = {"ClientUsername", "RequestLine", "RequestAddr", "RequestHost", "ClientAddr"}


def test_what_is_not_named_is_dropped() -> None:
    fields = traefik.ACCESS_LOG["fields"]
    assert [fields[kind]["defaultMode"] for kind in ("headers", "queryParameters")] == ["drop", "drop"]
    assert fields["defaultMode"] == "drop"
    assert set(fields["names"].values()) == {"keep"}
    assert set(fields["names"]) & NEVER == set()


def test_it_is_static_configuration() -> None:
    document = yaml.load(traefik.snippet(), yaml.CSafeLoader)
    assert document == {"accessLog": traefik.ACCESS_LOG, "log": {"level": "INFO"}}
