"""Every scenario, over gRPC: Envoy's message in, the message to Envoy out."""

import pytest

from gateway.core.verdict import Context, Deny, Permit, Verdict
from gateway.dialects import envoy_grpc
from gateway.dialects.wire import HttpAnswer
from gateway.server.grpc.conversion import checked, response, sealed
from gateway.server.grpc.protos.check_pb2 import CheckResponse
from tests.conformance.scenario import Scenario
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.test_dialects import check_answer, outcome_of
from tests.server.grpc.messages import call, message
from tests.walk import decide


def run(scenario: Scenario) -> tuple[Verdict, HttpAnswer]:
    wire, world = scenario.wire(), scenario.world()
    question = checked(message(wire), call(wire))
    policy = envoy_grpc.policy_of(question, world.policies)
    assert policy is not None
    facts = envoy_grpc.read(question, policy)
    if isinstance(facts, Deny):
        verdict: Verdict = facts._replace(context=Context(policy=policy))
    else:
        verdict = decide(facts, world, scenario.known(), scenario.lookups(), now=scenario.now)
    return verdict, envoy_grpc.render(verdict)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(scenario: Scenario) -> None:
    verdict, answer = run(scenario)
    expected = scenario.unlike.get("envoy-grpc", scenario.expected)
    assert outcome_of(verdict) == expected
    check_answer(expected, answer, "envoy")
    said = CheckResponse.FromString(sealed(response(answer)))
    allows = said.WhichOneof("http_response") == "ok_response"
    assert allows is isinstance(verdict, Permit)
    assert (said.status.code == 0) is allows
    if not allows:
        assert said.denied_response.status.code == answer.status
        assert said.denied_response.body == answer.body
