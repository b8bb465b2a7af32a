"""What does the operator's credential plug-in answer (`exec` of a kubeconfig)?

https://kubernetes.io/docs/reference/config-api/client-authentication.v1: the plug-in is a program of the
operator's, run as `kubectl` runs it; it prints one ExecCredential.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.kubernetes.access import NoAccess
from gateway.tls.pair import Pair

LONGEST_S: Final = 120.0
"""For those that ask the operator to sign in, in a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who we are to the API server."""

    token: str | None = field(default=None, repr=False)
    pair: Pair | None = field(default=None, repr=False)


def ask_plugin(
    plugin: Mapping[str, Any], where: str, folder: Path, environment: Mapping[str, str]
) -> Credential:
    """Run it, with what the kubeconfig adds to the environment. Raises: NoAccess. Never shows its answer."""
    version = plugin.get("apiVersion")
    if version not in _VERSIONS:
        raise NoAccess(f"{where}: exec has an apiVersion that is not known", f"use {_VERSIONS[0]}")
    if plugin.get("provideClusterInfo"):
        raise NoAccess(f"{where}: provideClusterInfo is not supported", "use a plug-in that does without")
    question = {"kind": "ExecCredential", "apiVersion": version, "spec": {"interactive": False}}
    pairs = (one for one in plugin.get("env") or () if isinstance(one, dict))
    added = {str(one.get("name")): str(one.get("value")) for one in pairs}
    command = [_program(str(plugin.get("command") or ""), folder), *map(str, plugin.get("args") or ())]
    try:
        ran = subprocess.run(  # noqa: S603 - what the operator's own kubeconfig names
            command,
            env={**environment, **added, "KUBERNETES_EXEC_INFO": json.dumps(question)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=LONGEST_S,
            check=False,
        )
    except OSError:
        raise NoAccess(
            f"{where}: the program of exec cannot be run", "install it, or correct its name"
        ) from None
    except subprocess.TimeoutExpired:
        raise NoAccess(f"{where}: the program of exec does not end", "run it by hand once") from None
    if ran.returncode != 0:
        raise NoAccess(f"{where}: the program of exec failed ({ran.returncode})", "see what it printed")
    return _parsed(ran.stdout, where)


# --- private ---

_VERSIONS: Final = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


def _program(command: str, folder: Path) -> str:
    """A path with a slash is below the kubeconfig's folder, a bare name is looked for."""
    return str(folder / command) if "/" in command else command


def _parsed(output: bytes, where: str) -> Credential:
    try:
        status = json.loads(output)["status"]
        token, chain, key = (status.get(name) for name in ("token", "clientCertificateData", "clientKeyData"))
        pair = Pair(chain=chain.encode(), key=key.encode()) if chain and key else None
    except (ValueError, KeyError, TypeError, AttributeError):
        token, pair = None, None
    if pair is None and (not isinstance(token, str) or not token):
        raise NoAccess(f"{where}: the program of exec gives no credential", "run it by hand and look")
    return Credential(token=token if isinstance(token, str) and token else None, pair=pair)
