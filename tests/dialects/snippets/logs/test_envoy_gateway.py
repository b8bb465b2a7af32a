"""What Envoy Gateway is told: Envoy's own format, in the object that a Gateway names."""

import yaml

from gateway.dialects.snippets.logs import envoy, envoy_gateway


def test_it_is_envoys_own_format() -> None:
    manifest = yaml.load(envoy_gateway.snippet(), yaml.CSafeLoader)
    ((setting,),) = [manifest["spec"]["telemetry"]["accessLog"]["settings"]]
    assert setting["format"] == {"type": "JSON", "json": envoy.MEMBERS}
