"""What an operator may ask for: defaults that are strict, and an empty set that never means all."""

from dataclasses import replace

import pytest

from gateway.core.policy import (
    Access,
    AudienceIncludes,
    ClientIs,
    HostPattern,
    Policy,
    Requirement,
    Route,
    SubjectForm,
)
from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from tests.builders import Wire, bearer, downstream, facts, nginx_request, policy, route, snapshot
from tests.walk import converse, decide


def test_what_is_not_said_is_strict() -> None:
    bare = Route(
        id="r",
        access=Access.TOKEN,
        methods=frozenset(),
        paths=(),
        issuers=frozenset(),
    )
    assert bare.admit_in_path == frozenset()
    assert not bare.websocket
    assert downstream().subject is SubjectForm.QUALIFIED
    assert downstream().copy_claims == ()
    assert HostPattern(name="a.example").port is None


def test_a_wildcard_is_a_whole_first_label() -> None:
    assert HostPattern(name="*.a.example").wildcard
    assert not HostPattern(name="a.example").wildcard
    assert not HostPattern(name="*a.example").wildcard


@pytest.mark.parametrize(
    ("emptied", "expected"),
    [
        (policy(hosts=()), Reason.HOST_NOT_ALLOWED),
        (policy(credentials=()), Reason.CREDENTIAL_MISSING),
        (policy(route(methods=frozenset())), Reason.METHOD_NOT_ALLOWED),
        (policy(route(issuers=frozenset())), Reason.ISSUER_NOT_ADMITTED),
    ],
)
def test_an_empty_set_never_means_all(emptied: Policy, expected: Reason) -> None:
    verdict = decide(facts(b"/v1/orders", bearer()), snapshot(emptied))
    assert isinstance(verdict, Deny)
    assert verdict.reason is expected


def test_no_peers_trust_nobody() -> None:
    verdict, _ = converse("nginx", nginx_request(Wire(headers=(bearer(),))), snapshot(policy(peers=())))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.PEER_UNTRUSTED


@pytest.mark.parametrize(
    "requirement", [ClientIs(clients=frozenset()), AudienceIncludes(audiences=frozenset())]
)
def test_a_requirement_of_nothing_in_particular_is_never_met(requirement: Requirement) -> None:
    world = snapshot(policy(replace(route(), requirements=(requirement,))))
    assert isinstance(decide(facts(b"/v1/orders", bearer()), world), Deny)
