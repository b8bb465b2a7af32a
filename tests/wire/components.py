"""Where is each real component that the wire tests run, and which version is it?

`.ci/bootstrap wire` puts every component into `.cache/bin` under one name. Nothing is looked for
elsewhere, so a test runs what the bootstrap chose. A missing component is a failure, never a skip.
"""

import os
import re
import subprocess
from enum import Enum
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_BIN = REPOSITORY / ".cache" / "bin"
_INSTALL = "make tools"


class Component(Enum):
    """A program under its name in `.cache/bin`."""

    NGINX_NEW = "nginx-new"
    NGINX_OLD = "nginx-old"
    TRAEFIK = "traefik"
    CADDY = "caddy"
    HAPROXY = "haproxy"
    HAPROXY_NEW = "haproxy-new"
    ENVOY = "envoy"
    ETCD = "etcd"
    KUBE_APISERVER = "kube-apiserver"
    NODE = "node"
    GO = "go"
    CHROMIUM = "chromium"
    CURL = "curl"
    HELM = "helm"
    PROMTOOL = "promtool"
    GITLEAKS = "gitleaks"


class ComponentMissing(RuntimeError):
    """A real component is not installed. The text names the command that installs it."""


_VERSION_ARGUMENT = {
    Component.NGINX_NEW: "-v",
    Component.NGINX_OLD: "-v",
    Component.TRAEFIK: "version",
    Component.CADDY: "version",
    Component.HAPROXY: "-v",
    Component.HAPROXY_NEW: "-v",
    Component.ENVOY: "--version",
    Component.ETCD: "--version",
    Component.KUBE_APISERVER: "--version",
    Component.NODE: "--version",
    Component.GO: "version",
    Component.CHROMIUM: "--version",
    Component.CURL: "--version",
    Component.HELM: "version",
    Component.PROMTOOL: "--version",
    Component.GITLEAKS: "version",
}


def locate(component: Component) -> Path:
    """The program. Raises `ComponentMissing`."""
    path = _BIN / component.value
    if not os.access(path, os.X_OK):
        raise ComponentMissing(f"{component.value} is not installed. Install it with: {_INSTALL}")
    return path


@cache
def version(component: Component) -> str:
    """The version that the program itself states, such as `1.22.1`."""
    stated = subprocess.run(
        [locate(component), _VERSION_ARGUMENT[component]],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    number = re.search(r"\d+\.\d+(?:\.\d+)?", stated.stdout + stated.stderr)
    if number is None:
        raise ComponentMissing(f"{component.value} states no version. Reinstall it with: {_INSTALL}")
    return number[0]


def node_package(directory: Path, name: str) -> str:
    """The installed version of an npm package. Raises `ComponentMissing`."""
    manifest = directory / "node_modules" / name / "package.json"
    if not manifest.is_file():
        raise ComponentMissing(f"{name} is not installed. Install it with: {_INSTALL}")
    found = re.search(r'"version":\s*"([^"]+)"', manifest.read_text())
    return found[1] if found else "unknown"
