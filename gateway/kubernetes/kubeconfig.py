"""What does the ordinary kubeconfig say, as `kubectl` reads it?

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig: `--kubeconfig`, else the
files of KUBECONFIG, merged (the first that says something counts), else `~/.kube/config`, else the pod's own
account. What is not supported is refused, and never left out: who is audited as somebody else sees another's
cluster.
"""

import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from gateway.kubernetes.access import Access, NoAccess
from gateway.kubernetes.exec_credential import Credential, ask_plugin
from gateway.kubernetes.place import NotInCluster, in_cluster, own_namespace
from gateway.net.token_file import TokenFileUnfit, read_token
from gateway.tls.pair import Pair

MAX_BYTES: Final = 4 << 20
Section = Mapping[str, Any]


def find_access(named: Path | None, context: str | None, environment: Mapping[str, str]) -> Access:
    """Give the access of a kubeconfig, or of the pod that we are. Raises: NoAccess."""
    files = kubeconfig_files(named, environment)
    if files:
        return access_of(files, context, environment)
    try:
        server, namespace = in_cluster(environment), own_namespace()
        authority = Path(server.ca_file).read_bytes() if server.ca_file is not None else None
        token = read_token(server.token_file)
    except (NotInCluster, TokenFileUnfit, OSError):
        fix = "name one with --kubeconfig, or in KUBECONFIG"
        raise NoAccess("there is no kubeconfig, and this is no pod with an account", fix) from None
    return Access(url=server.url, authority=authority, token=token, namespace=namespace)


def kubeconfig_files(named: Path | None, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Give the files that are there to be read. Raises: NoAccess where one was named and is not there."""
    if named is not None:
        if not named.is_file():
            raise NoAccess(f"{named} is not there", "name the file that kubectl uses with --kubeconfig")
        return (named,)
    listed = [Path(one) for one in environment.get("KUBECONFIG", "").split(os.pathsep) if one]
    home = environment.get("HOME")
    files = listed or ([Path(home) / ".kube" / "config"] if home else [])
    return tuple(file for file in files if file.is_file())


def access_of(files: Sequence[Path], context: str | None, environment: Mapping[str, str]) -> Access:
    """Give the access of a context, or of the current one. May run the credential plug-in that it names.

    Raises: NoAccess.
    """
    merged = _merged(files)
    name = context or merged.current
    if not name:
        raise NoAccess("no context is current", "name one with --context")
    chosen = merged.find("contexts", name)
    cluster = merged.find("clusters", _text(chosen.section, "cluster", chosen.where))
    user_name = chosen.section.get("user")
    user = merged.find("users", user_name) if isinstance(user_name, str) and user_name else None
    url = _text(cluster.section, "server", cluster.where).rstrip("/")
    _check_cluster(url, cluster)
    credential = _credential(user, environment) if user is not None else Credential()
    return Access(
        url=url,
        authority=_content(cluster, "certificate-authority"),
        server_name=_optional(cluster, "tls-server-name"),
        proxy=_optional(cluster, "proxy-url"),
        token=credential.token,
        pair=credential.pair,
        namespace=_optional(chosen, "namespace") or "default",
        context=name,
    )


# --- private ---


class _Found:
    """A section, and the file whose folder relative paths are below."""

    def __init__(self, section: Section, where: str, folder: Path) -> None:
        self.section, self.where, self.folder = section, where, folder


class _Merged:
    def __init__(self) -> None:
        self.current = ""
        self.sections: dict[tuple[str, str], _Found] = {}

    def find(self, kind: str, name: str) -> _Found:
        found = self.sections.get((kind, name))
        if found is None:
            raise NoAccess(
                f"no kubeconfig has {kind} named {name}", "kubectl config view shows what there is"
            )
        return found


def _merged(files: Sequence[Path]) -> _Merged:
    merged = _Merged()
    for file in files:
        document = _read(file)
        merged.current = merged.current or str(document.get("current-context") or "")
        for kind, inner in (("contexts", "context"), ("clusters", "cluster"), ("users", "user")):
            for one in document.get(kind) or ():
                if isinstance(one, dict) and isinstance(one.get(inner), dict):
                    name = str(one.get("name"))
                    where = f"{file}: {kind} {name}"
                    merged.sections.setdefault((kind, name), _Found(one[inner], where, file.parent))
    return merged


def _read(file: Path) -> Section:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES)
        document = yaml.load(content, Loader=yaml.SafeLoader)
    except OSError as error:
        raise NoAccess(f"{file} cannot be read", (error.strerror or "error").lower()) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise NoAccess(f"{file} is not YAML", "kubectl config view tells whether kubectl reads it") from None
    return document if isinstance(document, dict) else {}


def _check_cluster(url: str, cluster: _Found) -> None:
    if not url.startswith("https://"):
        raise NoAccess(f"{cluster.where}: server is no https URL", "an account would go there in clear")
    if cluster.section.get("insecure-skip-tls-verify"):
        what = f"{cluster.where}: insecure-skip-tls-verify would send the account to whoever answers"
        raise NoAccess(what, "name certificate-authority instead")


def _credential(user: _Found, environment: Mapping[str, str]) -> Credential:
    if user.section.get("auth-provider"):
        raise NoAccess(f"{user.where}: auth-provider is not supported", "kubectl 1.26 and later take exec")
    if user.section.get("username") or user.section.get("as"):
        raise NoAccess(f"{user.where}: passwords and impersonation are not supported", "use a token")
    plugin = user.section.get("exec")
    if isinstance(plugin, dict):
        return ask_plugin(plugin, user.where, user.folder, environment)
    return Credential(token=_token(user), pair=_pair(user))


def _token(user: _Found) -> str | None:
    token = _optional(user, "token")
    file = _optional(user, "tokenFile")
    if token is not None or file is None:
        return token
    try:
        return read_token(str(user.folder / file))
    except TokenFileUnfit:
        raise NoAccess(f"{user.where}: tokenFile does not hold one token", "correct the path") from None


def _pair(user: _Found) -> Pair | None:
    chain, key = _content(user, "client-certificate"), _content(user, "client-key")
    if (chain is None) != (key is None):
        raise NoAccess(f"{user.where}: a client certificate without its key, or a key alone", "give both")
    return None if chain is None or key is None else Pair(chain=chain, key=key)


def _content(found: _Found, name: str) -> bytes | None:
    """Give what `<name>-data` holds, or the file that `<name>` names."""
    embedded, file = _optional(found, f"{name}-data"), _optional(found, name)
    try:
        if embedded is not None:
            return b64decode(embedded, validate=True)
        return None if file is None else (found.folder / file).read_bytes()
    except NotBase64:
        raise NoAccess(f"{found.where}: {name}-data is not base64", "correct it") from None
    except OSError as error:
        raise NoAccess(f"{found.where}: {name} cannot be read", (error.strerror or "error").lower()) from None


def _text(section: Section, name: str, where: str) -> str:
    value = section.get(name)
    if not isinstance(value, str) or not value:
        raise NoAccess(f"{where}: {name} is missing", f"write {name}")
    return value


def _optional(found: _Found, name: str) -> str | None:
    value = found.section.get(name)
    return value if isinstance(value, str) and value else None
