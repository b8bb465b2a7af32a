from gateway.audit.exposure import Reaches, TokenFate
from gateway.audit.normal.envoy_file import files_of
from gateway.audit.normal.envoy_headers import at_the_filter, at_the_route
from gateway.audit.normal.envoy_routes import routes_of
from tests.audit.showing import estate_of

COPY = "{header: {key: X-Own, value: '%REQ(AUTHORIZATION)%'}}"
SET = "{header: {key: authorization, value: x}, append_action: ACTION}"


def fates(route: str, host: str = "x: 1", of_all: str = "x: 1") -> str:
    """Of a token that is there, and of one that is gone before."""
    hosts = f"virtual_hosts: [{{domains: [a], {host}, routes: [{{{route}}}]}}]"
    (file,) = files_of(estate_of(f"static_resources: {{{of_all}, {hosts}}}"))
    config = file.root.child("static_resources")
    assert config is not None
    (one,) = routes_of(file, config)
    place = file.place(None)
    before = (TokenFate(Reaches.YES, "", place), TokenFate(Reaches.NO, "", place))
    return ", ".join(at_the_route(one, config, fate).reaches for fate in before)


def test_what_a_route_does() -> None:
    removes, adds = "request_headers_to_remove: [Authorization]", "request_headers_to_add: [ONE]"
    overwrites = adds.replace("ONE", SET.replace("ACTION", "OVERWRITE_IF_EXISTS"))
    copies = adds.replace("ONE", COPY)
    cases = [
        (fates("x: 1"), "yes, no"),
        (fates(removes), "no, no"),
        (fates("x: 1", removes), "no, no"),
        (fates("x: 1", of_all=removes), "no, no"),
        (fates(overwrites), "no, no"),
        (fates(overwrites.replace("value: x", "value: '%REQ(authorization)%'")), "yes, no"),
        (fates(overwrites.replace("OVERWRITE_IF_EXISTS", "ADD_IF_ABSENT")), "yes, no"),
        (fates(overwrites.replace("append_action: OVERWRITE_IF_EXISTS", "append: false")), "no, no"),
        (fates(copies, removes), "yes, no"),
        (fates(removes, copies), "no, no"),
        (fates(copies, removes, "most_specific_header_mutations_wins: true"), "no, no"),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_what_a_filter_does() -> None:
    def after(mutation: str, told: str = "{}") -> str:
        text = f"static_resources: {{mutations: {{request_mutations: [{mutation}]}}, told: {told}}}"
        (file,) = files_of(estate_of(text))
        config = file.root.child("static_resources")
        assert config is not None
        fate = TokenFate(Reaches.YES, "", file.place(None))
        return at_the_filter(file, config, config.child("told"), fate).reaches

    per_route = (
        "{'@type': type.googleapis.com/x.v3.HeaderMutationPerRoute, mutations: {request_mutations: [ONE]}}"
    )
    removes = "{remove: authorization}"
    assert after("") == "yes"
    assert after(removes) == "no"
    assert after("{remove: cookie}") == "yes"
    assert after("", per_route.replace("ONE", removes)) == "no"
    assert after(f"{{append: {SET.replace('ACTION', 'OVERWRITE_IF_EXISTS')}}}") == "no"
    assert after(f"{{append: {COPY}}}, {removes}") == "yes"
