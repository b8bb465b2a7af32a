"""Which Secret holds our keys, and how is its API server reached?"""

import os
from pathlib import Path

from gateway.keys.secret import SecretStore
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.place import ACCOUNT, ApiServer, NotInCluster, in_cluster, own_namespace
from gateway.kubernetes.secrets import Secrets


def secret_store(
    named: str, *, server: str | None, token_file: Path | None, ca_file: Path | None
) -> SecretStore:
    """Give the store of `NAME` or `NAMESPACE/NAME`. Raises: ValueError, as `secret_of`."""
    place, secrets = secret_of(named, server=server, token_file=token_file, ca_file=ca_file)
    return SecretStore(name=place, secrets=secrets)


def secret_of(
    named: str, *, server: str | None, token_file: Path | None, ca_file: Path | None
) -> tuple[SecretName, Secrets]:
    """Give the name, and who has it, of `NAME` or `NAMESPACE/NAME`; nothing is called yet.

    Without `server` it is the API server of the pod that this is. Raises: ValueError that says what to write.
    """
    namespace, slash, name = named.rpartition("/")
    try:
        api = _server(server, token_file, ca_file)
        place = SecretName(namespace=namespace if slash else own_namespace(ACCOUNT), name=name)
    except NotInCluster:
        raise ValueError(
            "this is not a pod with a service account token: "
            "write --secret NAMESPACE/NAME, --server and --token-file"
        ) from None
    return place, Secrets(api)


# --- private ---


def _server(server: str | None, token_file: Path | None, ca_file: Path | None) -> ApiServer:
    if server is None:
        if token_file is not None or ca_file is not None:
            raise ValueError("--token-file and --ca-file are for another API server: name it with --server")
        return in_cluster(os.environ, ACCOUNT)
    if token_file is None:
        raise ValueError("--server needs --token-file")
    return ApiServer(
        url=server, token_file=str(token_file), ca_file=None if ca_file is None else str(ca_file)
    )
