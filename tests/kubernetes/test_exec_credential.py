from pathlib import Path
from typing import Any

import pytest

from gateway.kubernetes import exec_credential
from gateway.kubernetes.access import NoAccess
from gateway.kubernetes.exec_credential import Credential, ask_plugin

V1 = "client.authentication.k8s.io/v1"


def asked(folder: Path, script: str, **plugin: Any) -> Credential:
    (folder / "plugin").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "plugin").chmod(0o700)
    described = {"apiVersion": V1, "command": "./plugin", **plugin}
    return ask_plugin(described, "config: users u", folder, {"PATH": "/usr/bin:/bin"})


def refused(folder: Path, script: str, **plugin: Any) -> str:
    with pytest.raises(NoAccess) as refusal:
        asked(folder, script, **plugin)
    return str(refusal.value)


def test_a_token_or_a_certificate(tmp_path: Path) -> None:
    token = asked(tmp_path, """echo '{"status": {"token": "t"}}'""")
    assert (token.token, token.pair) == ("t", None)
    pair = asked(tmp_path, """echo '{"status": {"clientCertificateData": "c", "clientKeyData": "k"}}'""").pair
    assert pair is not None
    assert (pair.chain, pair.key) == (b"c", b"k")


def test_it_is_asked_as_kubectl_asks(tmp_path: Path) -> None:
    answer = 'echo "{\\"status\\":{\\"token\\":\\"$1\\"}}"'
    script = f'case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) {answer};; esac'
    assert asked(tmp_path, script, args=["get"]).token == "get"
    assert asked(tmp_path, script, args=["x"], apiVersion=f"{V1}beta1").token == "x"


def test_what_goes_wrong_is_said_without_its_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {
        "failed (3)": refused(tmp_path, "echo hunter2; exit 3"),
        "gives no credential": refused(tmp_path, "echo hunter2"),
        "cannot be run": refused(tmp_path, "", command="./missing"),
        "not known": refused(tmp_path, "", apiVersion="client.authentication.k8s.io/v1alpha1"),
        "provideClusterInfo": refused(tmp_path, "", provideClusterInfo=True),
    }
    empty = refused(tmp_path, """echo '{"status": {"clientCertificateData": "hunter2"}}'""")
    monkeypatch.setattr(exec_credential, "LONGEST_S", 0.05)
    cases["does not end"] = refused(tmp_path, "exec sleep 5")
    for what, said in (*cases.items(), ("gives no credential", empty)):
        assert what in said
        assert said.startswith("config: users u: ")
        assert "hunter2" not in said
