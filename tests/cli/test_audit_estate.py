import io
from argparse import Namespace
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.audit.controller import Controller
from gateway.cli.audit_estate import Cluster, Given, given_of, read
from tests.cli.ingresses import PROTECTED, written
from tests.tls.authority import Authority
from tests.wire.processes import free_port


class Stdin:
    """One that has bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def arguments(**changes: Any) -> Namespace:
    cluster = {"kubeconfig": None, "context": None, "namespace": None, "include_secrets": False}
    return Namespace(**{**cluster, "controller": None, **changes})


def test_files_and_a_stream_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin(PROTECTED.encode()))
    estate = read(Given(paths=(str(written(tmp_path, PROTECTED)), "-")))
    assert [one.file for one in estate.objects] == [str(tmp_path / "ingress.yaml"), "stdin"]
    assert not estate.is_whole


def test_what_is_asked_for_comes_from_the_arguments() -> None:
    given = given_of(arguments(controller="traefik", whole=True), ["a"])
    assert (given.controller, given.is_whole, given.cluster) == (Controller.TRAEFIK, True, None)
    live = given_of(arguments(namespace="shop", context="dev"), [], is_live=True)
    assert live.cluster is not None
    assert (live.cluster.namespace, live.cluster.context, live.is_whole) == ("shop", "dev", False)
    assert given_of(arguments(), [], is_live=True).is_whole


def test_nothing_there_is_said_and_is_no_clean_audit(tmp_path: Path) -> None:
    empty = read(Given(paths=(str(tmp_path),)))
    assert [one.what for one in empty.unread] == [
        "holds neither an object of Kubernetes nor a proxy's configuration"
    ]
    missing = read(Given(paths=(str(tmp_path / "missing"),)))
    assert [(one.file, one.what) for one in missing.unread] == [
        (str(tmp_path / "missing"), "cannot be read: no such file or directory")
    ]


def test_a_cluster_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    authority = b64encode(Authority("cluster").pem).decode()
    server = {"server": f"https://127.0.0.1:{free_port()}", "certificate-authority-data": authority}
    document = {
        "current-context": "dev",
        "contexts": [{"name": "dev", "context": {"cluster": "c"}}],
        "clusters": [{"name": "c", "cluster": server}],
    }
    config = written(tmp_path, yaml.dump(document, Dumper=yaml.CSafeDumper), "config")

    def said(context: str | None) -> str:
        cluster = Cluster(kubeconfig=config, context=context, namespace=None, include_secrets=False)
        (problem,) = read(Given(cluster=cluster)).unread
        return str(problem)

    assert "cannot be reached" in said(None)
    assert "no kubeconfig has contexts named other" in said("other")
