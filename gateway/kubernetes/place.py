"""Where is the API server, and with what do we prove who we are?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""What the kubelet mounts into a pod whose service account's token is not turned off."""


class NotInCluster(Exception):
    """Not a pod that may speak to its API server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServer:
    """One API server, and our account with it."""

    url: str
    token_file: str
    """Read anew at each call: the kubelet renews it long before it expires."""
    ca_file: str | None
    """None is the system's authorities."""


def in_cluster(environment: Mapping[str, str], account: Path = ACCOUNT) -> ApiServer:
    """Give the API server of the pod that this is (kubernetes.io, "Accessing the API from a Pod").

    Raises: NotInCluster.
    """
    host = environment.get("KUBERNETES_SERVICE_HOST")
    port = environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port or not (account / "token").exists():
        raise NotInCluster
    authority = f"[{host}]" if ":" in host else host
    return ApiServer(
        url=f"https://{authority}:{port}",
        token_file=str(account / "token"),
        ca_file=str(account / "ca.crt"),
    )


def own_namespace(account: Path = ACCOUNT) -> str:
    """Give the namespace of the pod that this is. Raises: NotInCluster."""
    try:
        return (account / "namespace").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NotInCluster from None
