"""What goes into Contour? An HTTPProxy for each host, and an ExtensionService that is asked over gRPC."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.settings import Settings, says_secret, takes_websockets


def snippet(policy: Policy, settings: Settings) -> str:
    """Write one HTTPProxy a host and the ExtensionService. Raises: SnippetImpossible."""
    manifests.check_callers(policy, "Contour", says=True)
    asked = manifests.service(settings)
    place = {"name": asked.name, "namespace": asked.namespace}
    trust = {"validation": {"caSecret": manifests.TRUST, "subjectName": asked.host}} if asked.tls else {}
    extension: manifests.Manifest = {
        "apiVersion": "projectcontour.io/v1alpha1",
        "kind": "ExtensionService",
        "metadata": place,
        "spec": {
            "protocol": "h2" if asked.tls else "h2c",
            **trust,
            "services": [{"name": asked.name, "port": asked.port}],
            "timeoutPolicy": {"response": manifests.WAIT},
        },
    }
    doors = [_door(policy, number, host, place) for number, host in enumerate(manifests.hosts(policy), 1)]
    head = _HEAD.format(
        policy=policy.id,
        secret=_HEAD_SAID if says_secret(policy) else "",
        wire=manifests.on_the_wire(asked, "secret generic"),
    )
    return manifests.written(head, *doors, extension)


# --- private ---

_HEAD: Final = f"""\
# Token Gateway behind Contour 1.33 or later, for policy "{{policy}}".
#
# What to know, and what Contour cannot do:
# * It asks for hosts with TLS alone: each needs its certificate, by the Secret that is named here.
# * `authPolicy: {{{{disabled: true}}}}` on a route is an open door. An outage is a 403 to the client.
{{secret}}\
{manifests.LIMITS}"""
_HEAD_SAID: Final = """\
# * The caller's secret can come from no Secret: it stands in the HTTPProxy, and whoever may read that has it.
"""


def _door(policy: Policy, number: int, host: str, extension: manifests.Manifest) -> manifests.Manifest:
    caller = {"caller": "REPLACE-WITH-THE-CALLER-SECRET"} if says_secret(policy) else {}
    ask = {
        "extensionRef": {"apiVersion": "projectcontour.io/v1alpha1", **extension},
        "responseTimeout": manifests.WAIT,
        "failOpen": False,
        "authPolicy": {"context": {"policy": policy.id, **caller}},
    }
    route: manifests.Manifest = {
        "conditions": [{"prefix": "/"}],
        "services": [{"name": "backend", "port": 80}],
        **({"enableWebsockets": True} if takes_websockets(policy) else {}),
    }
    return {
        "apiVersion": "projectcontour.io/v1",
        "kind": "HTTPProxy",
        "metadata": {"name": f"{policy.id}-{number}", "namespace": manifests.APPLICATIONS},
        "spec": {
            "virtualhost": {
                "fqdn": host,
                "tls": {"secretName": f"{policy.id}-tls"},
                "authorization": ask,
                **_cors(policy),
            },
            "routes": [route],
        },
    }


def _cors(policy: Policy) -> manifests.Manifest:
    if policy.cors is None:
        return {}
    age = f"{policy.cors.max_age_s}s"
    return {"corsPolicy": manifests.cors(policy, policy.cors, origins="allowOrigin", age=age)}
