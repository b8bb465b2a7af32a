"""What does `gateway snippet` print for a plain policy? files/snippets, which the notes of the chart fill in.

The words of the policy are put in by Helm: these stand in their place. A test holds the notes against what
the code prints for real policies.
"""

from dataclasses import replace
from typing import Final

from gateway.core.policy import BearerCredential, HostPattern, Policy
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from tests import builders as b
from tests.helm.chart import CHART

FOLDER: Final = CHART / "files" / "snippets"
ASKED: Final = {
    "traefik-middleware": 4180,
    "traefik-ingress-nginx": 4180,
    "ingress-nginx": 4180,
    "f5-nic": 4180,
    "nginx-gateway-fabric": 4180,
    "envoy-gateway": 4181,
    "istio": 4181,
    "contour": 4181,
    "kgateway": 4181,
    "gateway-api": 4181,
}
"""Each target of a controller, and the port of the listener that it asks."""

_PLAIN: Final = replace(
    b.policy(hosts=(HostPattern(name="host.here.example"),), credentials=(BearerCredential(),)),
    id="policy-id-here",
)
PROOFS: Final[dict[str, Policy]] = {
    "secret": replace(_PLAIN, caller_secrets=(b"is-not-in-it",)),
    "network": replace(_PLAIN, caller_secrets=()),
}
"""What a caller proves itself by: the files end so."""


def render() -> dict[str, str]:
    """Give every file by its name."""
    return {
        f"{target}.{proof}.txt": printed(
            target, policy, f"https://service-here{suffix(port)}.namespace-here.svc:{port}"
        )
        for target, port in ASKED.items()
        for proof, policy in PROOFS.items()
    }


def suffix(port: int) -> str:
    """Give how the name of the Service ends that has this port."""
    return "-grpc" if port == 4181 else ""


def printed(target: str, policy: Policy, gateway: str) -> str:
    """Give what `gateway snippet` prints, or why it prints nothing."""
    try:
        return SNIPPETS[target](policy, Settings(gateway=gateway))
    except SnippetImpossible as impossible:
        return f"{impossible}\n"
