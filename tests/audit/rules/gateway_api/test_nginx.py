from tests.audit.normal.shown import policy
from tests.audit.rules.said import is_silent, said

GROUP = "gateway.nginx.org"


def snippets(*written: tuple[str, str]) -> str:
    given = ", ".join(f"{{context: {context}, value: '{value}'}}" for context, value in written)
    return policy("SnippetsFilter", GROUP, f"{{snippets: [{given}]}}")


ASKS = ("http.server", "auth_request_set $a $upstream_http_authorization;")
SENDS = ("http.server.location", "proxy_set_header Authorization $a;")


def test_snippets_belong_together() -> None:
    assert is_silent("GWA-016", snippets(ASKS, SENDS))
    assert is_silent(
        "GWA-016", snippets(("http.server.location", "proxy_set_header Authorization $http_x_a;"))
    )
    assert said("GWA-016", snippets(SENDS)) == [
        "high: Authorization is replaced by $a, which no snippet here sets"
    ]
    assert len(said("GWA-016", snippets(("server", "x")))) == 1
    assert len(said("GWA-016", snippets(("http", " ")))) == 1
    assert said("GWA-016", snippets()) == ["high: it has no snippets"]


def test_an_authentication_filter_has_a_type() -> None:
    assert is_silent("GWA-016", policy("AuthenticationFilter", GROUP, "{type: JWT}"))
    assert len(said("GWA-016", policy("AuthenticationFilter", GROUP, "{type: LDAP}"))) == 1
