"""Is a Secret named in full, and its API server found?"""

from pathlib import Path

import pytest

from gateway.app import keys_secret as module
from gateway.app.keys_secret import secret_store

TOKEN = Path("/etc/token")


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("t")
    (tmp_path / "namespace").write_text("of-the-pod")
    monkeypatch.setattr(module, "ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")


@pytest.mark.usefixtures("pod")
@pytest.mark.parametrize(
    ("named", "full"), [("keys", "secret/of-the-pod/keys"), ("shop/keys", "secret/shop/keys")]
)
def test_in_a_pod_the_namespace_is_its_own_unless_named(named: str, full: str) -> None:
    assert str(secret_store(named, server=None, token_file=None, ca_file=None).name) == full


def test_elsewhere_all_is_said() -> None:
    store = secret_store("shop/keys", server="https://127.0.0.1:6443", token_file=TOKEN, ca_file=None)
    assert str(store.path) == "secret/shop/keys"


@pytest.mark.parametrize(
    ("named", "server", "token_file", "ca_file", "what"),
    [
        ("shop/keys", None, None, None, "not a pod"),
        ("keys", "https://127.0.0.1:6443", TOKEN, None, "not a pod"),
        ("shop/keys", "https://127.0.0.1:6443", None, None, "--server needs --token-file"),
        ("shop/keys", None, TOKEN, None, "name it with --server"),
        ("shop/keys", None, None, TOKEN, "name it with --server"),
        ("../keys", "https://127.0.0.1:6443", TOKEN, None, "namespace"),
        ("a/b/keys", "https://127.0.0.1:6443", TOKEN, None, "namespace"),
        ("/keys", "https://127.0.0.1:6443", TOKEN, None, "namespace"),
        ("shop/", "https://127.0.0.1:6443", TOKEN, None, "Secret"),
    ],
)
def test_what_lacks_is_said(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    named: str,
    server: str | None,
    token_file: Path | None,
    ca_file: Path | None,
    what: str,
) -> None:
    monkeypatch.setattr(module, "ACCOUNT", tmp_path)
    with pytest.raises(ValueError, match=what):
        secret_store(named, server=server, token_file=token_file, ca_file=ca_file)
