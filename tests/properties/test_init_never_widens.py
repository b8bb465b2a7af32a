"""Whatever the policy of `gateway init` allows, the Ingress sends to the Service that the route names."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.host import host_pattern, parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Refusal
from gateway.core.target import parse_target
from gateway.dialects.snippets import Settings
from gateway.draft.begin import draft, write
from gateway.draft.folder import checked
from gateway.draft.written import Answers
from tests.draft.routed import Kind, Line, Request, manifest, routed, toggled

HOSTS = ("a.example.com", "b.example.com")
SEGMENTS = ("v1", "v1x", "V1", "orders", "x")
PATTERNS = (
    *("/", "/v1", "/x$", "/v1/(.*)", "/v1(/|$)(.*)", "/v1/[^/]+$", "/v1/([^/]+)/x"),
    *("/(v1|x)/orders", "/v[0-9]+", "/v1|/x"),
)
TYPES = {
    Kind.INGRESS_NGINX: ("Exact", "Prefix", "ImplementationSpecific"),
    Kind.BY_THE_BOOK: ("Exact", "Prefix", "ImplementationSpecific"),
    Kind.TRAEFIK_INGRESS: ("Exact", "Prefix"),
    Kind.HTTP_ROUTE: ("Exact", "PathPrefix"),
    Kind.INGRESS_ROUTE: ("Path", "PathPrefix"),
}

paths = st.builds(
    lambda parts, slash: f"/{'/'.join(parts)}{'/' if slash and parts else ''}",
    st.lists(st.sampled_from(SEGMENTS), max_size=3),
    st.booleans(),
)


@st.composite
def sets_of_lines(draw: st.DrawFn, kind: Kind, *, regex: bool) -> list[Line]:
    free = kind in {Kind.HTTP_ROUTE, Kind.INGRESS_ROUTE}
    ranked = kind is Kind.INGRESS_ROUTE
    one = st.builds(
        Line,
        host=st.sampled_from(HOSTS),
        type=st.sampled_from(TYPES[kind]),
        path=st.sampled_from(PATTERNS) if regex else paths,
        service=st.sampled_from(("orders", "web", "admin")),
        method=st.sampled_from((None, None, "GET", "POST")) if free else st.none(),
        header=st.sampled_from((False, False, True)) if free else st.just(False),  # noqa: FBT003
        priority=st.sampled_from((None, None, 10, 90)) if ranked else st.none(),
    )
    # Of two rules alike, which one is taken no standard says: that is for the unit tests.
    key = lambda line: (line.host, line.path.rstrip("/").lower(), line.method, line.header)  # noqa: E731
    return draw(st.lists(one, min_size=1, max_size=5, unique_by=key))


def allowed(policies: tuple[Policy, ...], request: Request) -> set[str]:
    """The audiences of the routes that let it in, each policy asked as the proxy asks."""
    found = set()
    for policy in policies:
        if host_pattern(parse_host(request.host.encode()), "https", frozenset(policy.hosts)) is None:
            continue
        try:
            route = policy.routes.match(parse_target(request.path.encode()), request.method)
        except Refusal:
            continue
        assert route.downstream is not None
        found.add(route.downstream.audience)
    return found


@given(data=st.data())
def test_what_is_allowed_goes_where_its_route_says(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(Kind))
    regex = kind is Kind.INGRESS_NGINX and data.draw(st.booleans())
    lines = data.draw(sets_of_lines(kind, regex=regex))
    made = draft(json.dumps({"kind": "List", "items": manifest(kind, lines, regex=regex)}).encode(), "x.json")
    if not made.policies:
        assert made.left_out
        return
    with TemporaryDirectory() as name:
        folder = Path(name) / "out"
        write(made, Answers(issuer="https://idp.example.com"), Settings(), folder)
        policies = tuple(checked(folder).snapshot.policies.values())
    asked = data.draw(st.lists(paths, min_size=1, max_size=6))
    for path in (*asked, *(line.path for line in lines if not regex)):
        for host in HOSTS:
            for method in ("GET", "HEAD", "POST"):
                found = allowed(policies, Request(host, path, method, header=False))
                for header in (False, True):
                    ways = (path, toggled(path))
                    services = {
                        routed(kind, lines, Request(host, way, method, header), regex=regex) for way in ways
                    }
                    assert found <= services, (path, host, method, header)


@given(kind=st.sampled_from(Kind), data=st.data())
def test_paths_that_nothing_else_claims_are_all_there(kind: Kind, data: st.DataObject) -> None:
    """Not safe by writing nothing: one exact rule alone is allowed as it stands."""
    (line, *_) = data.draw(sets_of_lines(kind, regex=False))
    made = draft(json.dumps({"kind": "List", "items": manifest(kind, [line])}).encode(), "x.json")
    if line.header or line.method == "POST":
        return
    (policy,) = made.policies
    (route,) = policy.routes
    assert policy.hosts == (line.host,)
    assert route.service == line.service
    assert "GET" in route.methods
