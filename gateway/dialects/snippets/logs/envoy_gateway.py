"""What does Envoy Gateway let Envoy write down of a request, if it is to write no token?"""

from typing import Any, Final

import yaml

from gateway.dialects.snippets.logs import envoy

MANIFEST: Final[dict[str, Any]] = {
    "apiVersion": "gateway.envoyproxy.io/v1alpha1",
    "kind": "EnvoyProxy",
    "metadata": {"name": "without-tokens", "namespace": "envoy-gateway-system"},
    "spec": {
        "telemetry": {
            "accessLog": {
                "settings": [
                    {
                        "format": {"type": "JSON", "json": dict(envoy.MEMBERS)},
                        "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}],
                    }
                ]
            }
        },
        "logging": {"level": {"default": "info"}},
    },
}


def snippet() -> str:
    """Write the EnvoyProxy that a Gateway or its class names."""
    return _HEAD + yaml.safe_dump(MANIFEST, sort_keys=False)


# --- private ---

_HEAD: Final = """\
# An access log of Envoy Gateway's Envoys that holds no token. Name it in parametersRef of your GatewayClass,
# or in infrastructure.parametersRef of one Gateway (whose namespace it then has to be in).
# It has no query and no header. The default has the path with its query.
# A token in the path itself is written as the client sent it: `gateway leaks redact` takes it out.
# At log level debug and below Envoy writes whole requests, tokens and all: leave it at info.
"""
