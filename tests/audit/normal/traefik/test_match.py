"""What rules of Traefik 3 and 2 mean."""

from gateway.audit.exposure import ANY_HOST, PathKind, PathMatch
from gateway.audit.normal.traefik.match import EVERY_PATH, UNREAD, Match, matches

H = ("api.example.com",)


def exact(value: str) -> PathMatch:
    return PathMatch(PathKind.EXACT, value)


def begins(value: str) -> PathMatch:
    return PathMatch(PathKind.BEGINS_WITH, value)


def regex(value: str) -> PathMatch:
    return PathMatch(PathKind.REGEX, value)


CASES: dict[str, tuple[Match, ...]] = {
    "Host(`API.example.com`)": (Match(H, EVERY_PATH),),
    "host(`api.example.com`)": (Match(H, EVERY_PATH),),
    "PathPrefix(`/`)": (Match((ANY_HOST,), EVERY_PATH),),
    "Host(`api.example.com`) && PathPrefix(`/v1`)": (Match(H, begins("/v1")),),
    "Host(`api.example.com`) && Path(`/v1`)": (Match(H, exact("/v1")),),
    "Host(`api.example.com`) && PathRegexp(`^/v[0-9]+`)": (Match(H, regex("^/v[0-9]+")),),
    "Host(`api.example.com`) && PathRegexp(`/v[0-9]+`)": (Match(H, regex(".*/v[0-9]+")),),
    "Host(`a.example`) || Host(`b.example`) && Path(`/x`)": (
        Match(("a.example",), EVERY_PATH),
        Match(("b.example",), exact("/x")),
    ),
    "(Host(`a.example`) || Host(`b.example`)) && Path(`/x`)": (
        Match(("a.example",), exact("/x")),
        Match(("b.example",), exact("/x")),
    ),
    "Host(`api.example.com`) && (Method(`GET`) || Method(`head`))": (
        Match(H, EVERY_PATH, frozenset({"GET", "HEAD"})),
    ),
    "Host(`api.example.com`) && (Method(`GET`) || Path(`/`))": (
        Match(H, EVERY_PATH, frozenset({"GET"})),
        Match(H, exact("/")),
    ),
    "Host(`api.example.com`) && !PathPrefix(`/public`)": (Match(H, EVERY_PATH, None, ("not path /public",)),),
    "Host(`api.example.com`) && PathPrefix(`/a`) && PathRegexp(`x$`)": (
        Match(H, begins("/a"), None, ('a path "x$"',)),
    ),
    "Host(`api.example.com`) && Header(`X-Key`, `hunter2`) && Query(`k`, `hunter2`)": (
        Match(H, EVERY_PATH, None, ("header X-Key", "parameter k")),
    ),
    "Host(`api.example.com`) && ClientIP(`10.0.0.0/8`)": (
        Match(H, EVERY_PATH, None, ("address of the client",)),
    ),
    "Host(`api.example.com`) && !Method(`GET`)": (Match(H, EVERY_PATH, None, ("not method GET",)),),
    "Host(`api.example.com`) && Host(`b.example`)": (Match(H, EVERY_PATH, None, ("a host b.example",)),),
    "HostRegexp(`^[^.]+\\.example\\.com$`)": (Match(("*.example.com",), EVERY_PATH),),
    "HostRegexp(`^[a-z0-9-]+\\.example\\.com$`)": (Match(("*.example.com",), EVERY_PATH),),
    "HostRegexp(`^.+\\.example\\.com$`)": (Match(("*.example.com",), EVERY_PATH),),
    "HostRegexp(`^api\\.example\\.com$`)": (Match(H, EVERY_PATH),),
    "HostRegexp(`.+`)": (Match((ANY_HOST,), EVERY_PATH),),
    "HostRegexp(`example`)": (Match((ANY_HOST,), EVERY_PATH, None, ("a host example",)),),
    # Traefik 2
    "Host(`a.example`, `b.example`)": (Match(("a.example", "b.example"), EVERY_PATH),),
    "HostRegexp(`{sub:[a-z]+}.example.com`)": (Match(("*.example.com",), EVERY_PATH),),
    "HostRegexp(`{any:.*}`)": (Match((ANY_HOST,), EVERY_PATH),),
    "Host(`api.example.com`) && PathPrefix(`/a`, `/b`)": (Match(H, begins("/a")), Match(H, begins("/b"))),
    "Host(`api.example.com`) && Path(`/v1/{id}`)": (Match(H, regex("^/v1/[^/]+$")),),
    "Host(`api.example.com`) && PathPrefix(`/v1.0/{id:[0-9]{2,3}}/x`)": (
        Match(H, regex(r"^/v1\.0/(?:[0-9]{2,3})/x")),
    ),
    "Host(`api.example.com`) && Headers(`X-Key`, `hunter2`) && Query(`k=hunter2`)": (
        Match(H, EVERY_PATH, None, ("header X-Key", "parameter k")),
    ),
    "Host(`api.example.com`) && Method(`GET`, `POST`)": (Match(H, EVERY_PATH, frozenset({"GET", "POST"})),),
    # of TCP
    "HostSNI(`*`)": (Match((ANY_HOST,), EVERY_PATH),),
    "HostSNI(`db.example.com`) && ALPN(`h2`)": (
        Match(("db.example.com",), EVERY_PATH, None, ("matcher ALPN",)),
    ),
    # what may mean anything
    "Host(api.example.com)": (UNREAD,),
    "": (UNREAD,),
    "Host(`a`) " + "|| Host(`a`)" * 200: (UNREAD,),
}


def test_what_a_rule_means() -> None:
    differ = {rule: found for rule, meant in CASES.items() if (found := matches(rule)) != meant}
    assert differ == {}
