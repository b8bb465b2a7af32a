"""Does the Dockerfile say what a careful reader looks for?"""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from gateway import __version__
from gateway.config.schema import AdminListener, DecisionListener, GrpcListener, KeysListener
from tests.image.builder import send_context
from tests.image.dockerfile import FILE, stages
from tests.wire.components import REPOSITORY

BUILD, FINAL = stages()
EDGE_PORT = 8080
"""The documents' own: it has no default."""


@pytest.mark.wire
def test_the_linter_has_nothing_to_say() -> None:
    hadolint = REPOSITORY / ".venv/bin/hadolint"
    done = subprocess.run([hadolint, "--no-color", FILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_a_user_by_number_and_without_a_shell() -> None:
    """By number: `runAsNonRoot` cannot be judged of a name."""
    assert FINAL.one("USER").text == "65532:65532"
    assert FINAL.one("STOPSIGNAL").text == "SIGTERM"
    assert FINAL.one("ENTRYPOINT").program() == ["/usr/local/bin/gateway"]
    assert FINAL.one("CMD").program() == ["serve", "-c", "/etc/token-gateway/gateway.yaml"]
    assert FINAL.all("RUN") == []
    assert all(step.program() for step in BUILD.all("RUN"))


def test_its_steps_install_by_hash_or_from_the_sources_alone() -> None:
    installs = [step.program() for step in BUILD.all("RUN") if "install" in step.program()]
    assert len(installs) == 3
    for step in installs:
        assert "--no-deps" in step
        locked = {"--require-hashes", "--only-binary=:all:"} <= set(step)
        assert locked or {"--no-index", "--no-build-isolation", "."} <= set(step)
    assert re.search(r"\bADD\b|curl|wget|apt|https?://", FILE.read_text()) is None


def test_both_bases_are_one_debian_and_one_python() -> None:
    """The packages lie where the second one's Python looks, and their bytecode and wheels are for it."""
    assert re.fullmatch(r".*/python:3\.13-slim-trixie", BUILD.base)
    assert re.fullmatch(r".*/python3-debian13:nonroot", FINAL.base)
    assert set(re.findall(r"python(3\.\d+)/", FILE.read_text())) == {"3.13"}
    assert (REPOSITORY / "image/command").read_text().startswith("#!/usr/bin/python3.13\n")


def test_no_platform_is_named() -> None:
    """Each platform is built by the same lines: docker buildx build --platform linux/amd64,linux/arm64."""
    sources = [FILE, *(REPOSITORY / "image").glob("*.py"), REPOSITORY / "image/command"]
    named = re.compile(r"amd64|arm64|aarch64|x86_64|manylinux|linux-gnu|--platform")
    assert [path.name for path in sources if named.search(path.read_text())] == []


def test_labels_agree_with_the_project() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    prefix = "org.opencontainers.image."
    assert {name.removeprefix(prefix): value for name, value in FINAL.pairs("LABEL").items()} == {
        "title": "Token Gateway",
        "description": project["description"],
        "licenses": project["license"],
        "version": __version__,
        "base.name": FINAL.base,
    }


def test_ports_are_those_that_listeners_have_by_default() -> None:
    asked = {DecisionListener().port, GrpcListener().port, EDGE_PORT}
    ports = asked | {KeysListener().port, AdminListener().port}
    assert {int(port) for port in FINAL.one("EXPOSE").text.split()} == ports


def test_its_environment_is_what_python_needs_to_know() -> None:
    """Among them no PYTHONHASHSEED: whoever chooses keys must not be able to foresee where they collide."""
    assert set(FINAL.pairs("ENV")) == {"PYTHONDONTWRITEBYTECODE", "PYTHONSAFEPATH", "SSL_CERT_FILE"}


def test_the_page_names_arguments_that_there_are() -> None:
    named = re.findall(r"--build-arg (\w+)=(\S+?)@", (REPOSITORY / "docs/image.md").read_text())
    assert named == [("BUILDER", BUILD.base), ("BASE", FINAL.base)]


def test_nothing_but_sources_goes_into_a_build(tmp_path: Path) -> None:
    context = tmp_path / "context"
    send_context(context)
    sent = {str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()}
    known = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = ("gateway/", "image/", "pyproject.toml", "README.md", "LICENSE")
    assert sent == {name for name in known.stdout.splitlines() if name.startswith(wanted)}
