"""What Envoy writes of a request: no header, no query."""

import yaml

from gateway.dialects.snippets.logs import envoy


def test_only_these_are_of_the_request() -> None:
    of_the_request = {value for value in envoy.MEMBERS.values() if "(" in value}
    assert of_the_request == {"%REQ(:METHOD)%", "%PATH(NQ:PATH)%"}


def test_it_is_part_of_a_connection_manager() -> None:
    document = yaml.load(envoy.snippet(), yaml.CSafeLoader)
    assert document == {"access_log": [envoy.access_log()]}
