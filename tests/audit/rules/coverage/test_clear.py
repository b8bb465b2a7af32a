from typing import Any

from gateway.audit.controller import Controller
from gateway.audit.exposure import Tls
from gateway.audit.rules.coverage.clear import IN_CLEAR
from tests.audit.exposing import guarded, ingress, route, said

SHOP = ingress()


def test_tokens_in_clear() -> None:
    def told(tls: Tls, controller: Controller = Controller.HAPROXYTECH) -> list[str]:
        return said(IN_CLEAR, guarded("a.example/", of=SHOP, tls=tls, controller=controller))

    assert told(Tls.NONE) == ["tokens for a.example /** come in clear"]
    assert told(Tls.OPTIONAL) == ["medium: tokens for a.example /** may come in clear"]
    assert told(Tls.ONLY) == told(Tls.UNKNOWN) == told(Tls.PASSED_THROUGH) == []
    assert told(Tls.NONE, Controller.HAPROXY_INGRESS) == ["tokens for a.example /** come in clear"]
    assert told(Tls.NONE, Controller.INGRESS_NGINX) == [], "that is NGX-026"


def test_where_no_token_comes() -> None:
    clear: dict[str, Any] = {"tls": Tls.NONE, "controller": Controller.HAPROXYTECH}
    assert said(IN_CLEAR, route("a.example/", of=SHOP, **clear)) == []
    assert said(IN_CLEAR, guarded("a.example/", of=SHOP, to="", **clear)) == [], "a redirect"
    assert said(IN_CLEAR, guarded("a.example/", **clear)) == [], "a file's proxy may stand behind another"
