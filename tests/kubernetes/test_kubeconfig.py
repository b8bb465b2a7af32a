from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.kubernetes.access import NoAccess
from gateway.kubernetes.kubeconfig import access_of, find_access, kubeconfig_files

CLUSTER = {
    "server": "https://api.example.com:6443/",
    "certificate-authority-data": b64encode(b"PEM").decode(),
}


def kubeconfig(
    folder: Path,
    *,
    user: dict[str, Any] | None = None,
    cluster: dict[str, Any] | None = None,
    name: str = "config",
) -> Path:
    file = folder / name
    document = {
        "current-context": "dev",
        "contexts": [{"name": "dev", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
        "clusters": [{"name": "c", "cluster": {**CLUSTER, **(cluster or {})}}],
        "users": [{"name": "u", "user": user if user is not None else {"token": "t-1"}}],
    }
    file.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper))
    return file


def refused(file: Path, context: str | None = None) -> str:
    with pytest.raises(NoAccess) as refusal:
        access_of([file], context, {})
    return str(refusal.value)


def test_the_current_context_or_the_one_that_is_named(tmp_path: Path) -> None:
    access = access_of([kubeconfig(tmp_path)], None, {})
    assert (access.url, access.authority, access.token) == ("https://api.example.com:6443", b"PEM", "t-1")
    assert (access.namespace, access.context, access.server_name) == ("shop", "dev", None)
    named = access_of([kubeconfig(tmp_path, cluster={"tls-server-name": "kubernetes"})], "dev", {})
    assert named.server_name == "kubernetes"
    assert "no kubeconfig has contexts named other" in refused(kubeconfig(tmp_path), "other")


def test_files_are_below_the_folder_of_the_kubeconfig(tmp_path: Path) -> None:
    for name in ("ca", "chain", "key", "token"):
        (tmp_path / name).write_text(f"the-{name}\n")
    by_pair = {"client-certificate": "chain", "client-key": "key"}
    file = kubeconfig(
        tmp_path, user=by_pair, cluster={"certificate-authority-data": None, "certificate-authority": "ca"}
    )
    access = access_of([file], None, {})
    assert access.authority == b"the-ca\n"
    assert access.pair is not None
    assert (access.pair.chain, access.pair.key, access.token) == (b"the-chain\n", b"the-key\n", None)
    assert access_of([kubeconfig(tmp_path, user={"tokenFile": "token"})], None, {}).token == "the-token"


def test_several_files_are_merged_and_the_first_counts(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text("current-context: dev\nusers: [{name: u, user: {token: t-0}}]\n")
    second = kubeconfig(tmp_path)
    environment = {"KUBECONFIG": f"{first}:{tmp_path / 'missing'}:{second}"}
    files = kubeconfig_files(None, environment)
    assert files == (first, second)
    assert access_of(files, None, environment).token == "t-0"


def test_where_it_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    file = kubeconfig(tmp_path / ".kube")
    assert kubeconfig_files(None, {"HOME": str(tmp_path)}) == (file,)
    assert kubeconfig_files(None, {"HOME": "/nowhere"}) == ()
    assert find_access(None, None, {"HOME": str(tmp_path)}).context == "dev"
    with pytest.raises(NoAccess, match="no kubeconfig, and this is no pod"):
        find_access(None, None, {"HOME": "/nowhere"})
    with pytest.raises(NoAccess, match="is not there"):
        find_access(tmp_path / "missing", None, {})


def test_a_program_gives_the_credential(tmp_path: Path) -> None:
    (tmp_path / "plugin").write_text('#!/bin/sh\necho "{\\"status\\": {\\"token\\": \\"t-$WHO\\"}}"\n')
    (tmp_path / "plugin").chmod(0o700)
    version = "client.authentication.k8s.io/v1"
    plugin = {"apiVersion": version, "command": "./plugin", "env": [{"name": "WHO", "value": "me"}]}
    assert access_of([kubeconfig(tmp_path, user={"exec": plugin})], None, {"PATH": "/bin"}).token == "t-me"


def test_what_is_not_supported_is_refused(tmp_path: Path) -> None:
    user = {"auth-provider": {"name": "gcp"}}
    assert "auth-provider is not supported" in refused(kubeconfig(tmp_path, user=user))
    assert "impersonation" in refused(kubeconfig(tmp_path, user={"as": "admin", "token": "hunter2"}))
    assert "passwords" in refused(kubeconfig(tmp_path, user={"username": "a", "password": "hunter2"}))
    assert "insecure-skip-tls-verify" in refused(
        kubeconfig(tmp_path, cluster={"insecure-skip-tls-verify": True})
    )
    assert "no https URL" in refused(kubeconfig(tmp_path, cluster={"server": "http://api.example.com"}))


def test_what_is_broken_is_named_without_its_secrets(tmp_path: Path) -> None:
    cases = {
        "without its key": kubeconfig(tmp_path, name="a", user={"client-certificate-data": "aHVudGVyMg=="}),
        "is not base64": kubeconfig(tmp_path, name="b", cluster={"certificate-authority-data": "hunter2!"}),
        "cannot be read": kubeconfig(
            tmp_path, name="c", user={"client-certificate": "missing", "client-key": "missing"}
        ),
        "does not hold one token": kubeconfig(tmp_path, name="d", user={"tokenFile": "missing"}),
        "server is missing": kubeconfig(tmp_path, name="e", cluster={"server": None}),
    }
    for what, file in cases.items():
        said = refused(file)
        assert what in said
        assert str(file) in said
        assert "hunter2" not in said
    (tmp_path / "f").write_text("a: [hunter2")
    assert "is not YAML" in refused(tmp_path / "f")
    (tmp_path / "g").write_text("- 1")
    assert "no context is current" in refused(tmp_path / "g")
