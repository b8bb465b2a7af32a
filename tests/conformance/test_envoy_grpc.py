"""Every scenario, over gRPC: Envoy's message in, the message to Envoy out."""

import pytest

from gateway.core.verdict import Permit, Verdict
from gateway.dialects.wire import HttpAnswer
from gateway.server.grpc.conversion import response, sealed
from gateway.server.grpc.protos.check_pb2 import CheckResponse
from tests.conformance.scenario import Scenario
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.test_dialects import check_answer, outcome_of
from tests.walk import GRPC, through


def run(scenario: Scenario) -> tuple[Verdict, HttpAnswer]:
    return through(
        GRPC, scenario.wire(), scenario.world(), scenario.known(), scenario.lookups(), now=scenario.now
    )


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
