"""What does the chart make of a set of values? Asked of the real Helm, once for each scenario."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import yaml

from tests.wire.components import REPOSITORY, Component, locate

Json = dict[str, Any]
CHART: Final = REPOSITORY / "helm" / "token-gateway"
_HERE: Final = Path(__file__).parent
SCENARIOS: Final = {file.stem: file for file in sorted((_HERE / "scenarios").glob("*.yaml"))}
GOLDEN: Final = _HERE / "golden"
RELEASE: Final = "token-gateway"
NAMESPACE: Final = "token-gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The objects of a release, and what its notes say."""

    text: str
    notes: str
    objects: tuple[Json, ...]

    def of_kind(self, kind: str) -> list[Json]:
        return [one for one in self.objects if one["kind"] == kind]

    def named(self, kind: str, name: str) -> Json:
        (found,) = (one for one in self.of_kind(kind) if one["metadata"]["name"] == name)
        return found

    @property
    def deployment(self) -> Json:
        (only,) = self.of_kind("Deployment")
        return only

    @property
    def pod(self) -> Json:
        """The spec of the gateway's pods."""
        spec: Json = self.deployment["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Json:
        """The gateway's own."""
        (only,) = (one for one in self.pod["containers"] if one["name"] == "gateway")
        return dict(only)

    def config(self) -> Json:
        """The gateway's file."""
        made: Json = yaml.safe_load(
            next(
                one["data"]["gateway.yaml"]
                for one in self.of_kind("ConfigMap")
                if "gateway.yaml" in one["data"]
            )
        )
        return made


class Refused(Exception):
    """Helm took these values not. The text is Helm's."""


@cache
def rendered(scenario: str) -> Rendered:
    """What a scenario becomes."""
    return install(SCENARIOS[scenario])


def install(*values: Path) -> Rendered:
    """What `helm install` would do, without a cluster. Raises: Refused."""
    asked = [argument for file in values for argument in ("--values", str(file))]
    ran = helm("install", RELEASE, str(CHART), "--namespace", NAMESPACE, *asked, *_DRY)
    release = json.loads(ran)
    text: str = release["manifest"]
    objects = tuple(one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one)
    return Rendered(text=text, notes=release["info"]["notes"], objects=objects)


def helm(*arguments: str, cwd: Path | None = None) -> str:
    """Run it away from anybody's own configuration and repositories. Raises: Refused."""
    home = _home()
    environment = {**os.environ, **{f"HELM_{name}_HOME": home for name in ("CACHE", "CONFIG", "DATA")}}
    ran = subprocess.run(
        [locate(Component.HELM), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=cwd,
        check=False,
    )
    if ran.returncode:
        raise Refused(ran.stdout + ran.stderr)
    return ran.stdout


# --- private ---

_DRY: Final = ("--dry-run=client", "--output", "json")


@cache
def _home() -> str:
    return mkdtemp(prefix="helm-")
