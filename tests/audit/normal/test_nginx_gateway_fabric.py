from tests.audit.normal.shown import TO, gateway, lines, policy, route
from tests.audit.showing import exposures

GROUP = "gateway.nginx.org"


def named(kind: str) -> str:
    return f"filters: [{{type: ExtensionRef, extensionRef: {{group: {GROUP}, kind: {kind}, name: p}}}}]"


def found(kind: str, *objects: str) -> str:
    (one,) = lines(gateway("nginx"), route(f"{{{named(kind)}, {TO}}}"), *objects)
    return one.partition(" only ")[2].replace(" -> b", "")


def snippets(server: str, location: str = "") -> str:
    one = f"{{context: http.server, value: '{server}'}}"
    two = f", {{context: http.server.location, value: '{location}'}}" if location else ""
    return policy("SnippetsFilter", GROUP, f"{{snippets: [{one}{two}]}}")


ASKS = "auth_request /x; location = /x { proxy_pass http://gw.auth.svc/auth/nginx/o; }"


def test_who_is_asked_by_a_filter() -> None:
    replaced = "proxy_set_header Authorization $a;"
    basic, oidc = (policy("AuthenticationFilter", GROUP, f"{{type: {one}}}") for one in ("Basic", "OIDC"))
    cases = [
        (found("SnippetsFilter", snippets(ASKS, replaced)), "external: no"),
        (found("SnippetsFilter", snippets(ASKS)), "external: yes"),
        (found("SnippetsFilter", snippets("# " + ASKS[:16])), "open: yes"),
        (found("SnippetsFilter", snippets("limit_req zone=x;")), "open: yes"),
        (found("SnippetsFilter", snippets("auth_request off;")), "open: yes"),
        (found("SnippetsFilter"), "unknown: cannot tell"),
        (found("AuthenticationFilter", basic), "basic: yes"),
        (found("AuthenticationFilter", oidc), "oidc: cannot tell"),
        (found("AuthenticationFilter"), "unknown: cannot tell"),
    ]
    assert [one for one in cases if one[0] != one[1]] == []


def test_a_location_may_switch_the_question_off() -> None:
    filtered = route(f"{{{named('SnippetsFilter')}, {TO}}}")
    (one,) = exposures(gateway("nginx"), filtered, snippets(ASKS, "auth_request off;"))
    assert not one.is_protected


def test_whom_a_snippet_asks() -> None:
    (one,) = exposures(gateway("nginx"), route(f"{{{named('SnippetsFilter')}, {TO}}}"), snippets(ASKS))
    assert one.auth is not None
    assert (one.auth.dialect, one.auth.policy, one.auth.url) == ("nginx", "o", "http://gw.auth.svc")
    assert one.auth.service is not None
    assert one.auth.service[:2] == ("auth", "gw")


def test_external_auth_copies_what_is_listed_and_nothing_else() -> None:
    def fate(headers: str) -> str:
        asked = f"{{protocol: HTTP, backendRef: {{name: sso}}, http: {{allowedResponseHeaders: {headers}}}}}"
        rule = f"{{filters: [{{type: ExternalAuth, externalAuth: {asked}}}], {TO}}}"
        return lines(gateway("nginx"), route(rule))[0].rpartition(": ")[2]

    assert fate("[Authorization]") == "no"
    assert fate("[X-User]") == "yes"
    assert fate("[]") == "yes"


def test_what_the_access_log_writes() -> None:
    def logged(log: str) -> list[str]:
        proxy = policy("NginxProxy", GROUP, f"{{logging: {{accessLog: {log}}}}}", version="v1alpha2")
        return [one.name for one in exposures(gateway("nginx"), route(f"{{{TO}}}"), proxy)[0].logs]

    assert logged("{format: '$remote_addr $uri'}") == []
    assert logged("{format: '$request ${http_authorization} $upstream_http_x_a'}") == [
        "query",
        "authorization",
        "x-a",
    ]
    assert logged("{disable: true, format: $request}") == []
    assert logged("{}") == ["query", "referer"]
