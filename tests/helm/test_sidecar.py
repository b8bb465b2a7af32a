"""Would an API server take the example of a redacting sidecar, and does it ask for as little as it can?

tests/wire/test_redacting_sidecar.py runs it.
"""

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml

from gateway.dialects.snippets.logs import nginx
from tests.docs.kubernetes_kinds import fault
from tests.helm.chart import CHART
from tests.helm.test_pod_security import violations

pytestmark = pytest.mark.wire

EXAMPLE: Path = CHART.parent / "examples" / "redacting-sidecar.yaml"
CONFIGURATION, DEPLOYMENT = yaml.safe_load_all(EXAMPLE.read_text())
POD: dict[str, Any] = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINERS = {one["name"]: one for one in (*POD["initContainers"], *POD["containers"])}


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_each_object_is_what_its_kind_asks_for(version: str) -> None:
    for one in (CONFIGURATION, DEPLOYMENT):
        assert fault(one, version) is None


def test_it_keeps_the_restricted_standard_and_more() -> None:
    assert list(violations(POD)) == []
    assert POD["automountServiceAccountToken"] is False
    for container in CONTAINERS.values():
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"] is True
        assert own["runAsUser"] > 0
        assert "memory" in container["resources"]["limits"]


def test_nobody_else_has_the_key_and_the_sidecar_writes_nowhere() -> None:
    has_key = [
        name
        for name, one in CONTAINERS.items()
        if any(mount["name"] == "fingerprint" for mount in one["volumeMounts"])
    ]
    assert has_key == ["redact"]
    assert all(mount["readOnly"] for mount in CONTAINERS["redact"]["volumeMounts"])
    (secret,) = (one["secret"] for one in POD["volumes"] if one["name"] == "fingerprint")
    assert secret["defaultMode"] == 0o440


def test_it_is_there_before_the_proxy_and_after_it() -> None:
    assert [one["name"] for one in POD["initContainers"]] == ["pipe", "redact"]
    assert CONTAINERS["redact"]["restartPolicy"] == "Always"


def test_nothing_unredacted_touches_a_disk() -> None:
    volumes = {one["name"]: one for one in POD["volumes"]}
    assert volumes["logs"]["emptyDir"]["medium"] == volumes["run"]["emptyDir"]["medium"] == "Memory"


def test_the_format_is_the_one_that_is_printed() -> None:
    printed = nginx.PATH + nginx.log_format("token_gateway_access")
    assert indent(printed.strip("\n"), "  ") in CONFIGURATION["data"]["nginx.conf"]
