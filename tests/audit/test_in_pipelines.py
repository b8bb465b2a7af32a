"""The hook for pre-commit and the action for GitHub: they are run here as they will be."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from pre_commit.clientlib import load_manifest

from tests.wire.components import REPOSITORY

FOUND = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: orders
  annotations:
    token-gateway.dev/ignore: NGX-006
"""
SOUND = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sound}\n"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
ACTION: Any = yaml.load((REPOSITORY / "action.yml").read_text(), yaml.CSafeLoader)
INSTALL, AUDIT = ACTION["runs"]["steps"]
BIN = Path(sys.executable).parent

Ran = subprocess.CompletedProcess[str]


def run(words: list[str], folder: Path, **more: str) -> Ran:
    path = f"{BIN}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **more}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


# --- pre-commit ---------------------------------------------------------------


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With our hook, of which only `language` is another: the command is installed already."""
    (hook,) = load_manifest(str(HOOKS))
    local = {**hook, "language": "system"}
    ours = {
        name: local[name] for name in ("id", "name", "language", "entry", "args", "pass_filenames", "files")
    }
    ours["args"] = ["--fail-on", "low", *ours["args"]]
    folder = tmp_path_factory.mktemp("repository")
    config = {"repos": [{"repo": "local", "hooks": [ours]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.dump(config, Dumper=yaml.CSafeDumper))
    (folder / "deploy").mkdir()
    (folder / "README.md").write_text("nothing\n")
    assert run(["git", "init", "-q"], folder).returncode == 0
    return folder


def committed(repository: Path, manifest: str) -> Ran:
    (repository / "deploy" / "orders.yaml").write_text(manifest)
    assert run(["git", "add", "-A"], repository).returncode == 0
    return run(["pre-commit", "run", "--color", "never"], repository, PRE_COMMIT_HOME=str(repository.parent))


@pytest.mark.long
def test_the_hook_lets_a_commit_be_or_not(repository: Path) -> None:
    refused = committed(repository, FOUND)
    assert refused.returncode == 1
    assert "gateway audit............................................................Failed" in refused.stdout
    assert "ConfigMap/default/orders  deploy/orders.yaml" in refused.stdout
    passed = committed(repository, SOUND)
    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout
    broken = committed(repository, "a: 'b\n")
    assert (broken.returncode, "Could not be read" in broken.stdout) == (1, True)


@pytest.mark.long
def test_the_hook_is_for_what_an_audit_reads() -> None:
    (hook,) = load_manifest(str(HOOKS))
    pattern = hook["files"]
    names = (
        "a.yaml",
        "b/a.yml",
        "a.json",
        "nginx.conf",
        "haproxy.cfg",
        "t.toml",
        "Caddyfile",
        "x/Caddyfile.prod",
    )
    assert [one for one in names if not re.search(pattern, one)] == []
    assert [one for one in ("README.md", "a.py", "NotACaddyfile") if re.search(pattern, one)] == []


# --- GitHub -------------------------------------------------------------------


def test_the_action_is_what_github_asks_for() -> None:
    vendored = files("check_jsonschema.builtin_schemas.vendor").joinpath("github-actions.json")
    validator = Draft7Validator(json.loads(vendored.read_text()))
    assert [fault.message for fault in validator.iter_errors(ACTION)] == []
    assert list(validator.iter_errors({**ACTION, "runs": {"using": "composite"}})) != []


def test_no_input_is_text_of_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    given = {one.removeprefix("${{ inputs.").removesuffix(" }}") for one in AUDIT["env"].values()}
    assert given == set(ACTION["inputs"])


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner on which `Install` has been done: its command is the one of this environment."""
    command = tmp_path / "temp" / "token-gateway" / "bin" / "gateway"
    command.parent.mkdir(parents=True)
    command.symlink_to(BIN / "gateway")
    (tmp_path / "work" / "deploy").mkdir(parents=True)
    (tmp_path / "work" / "deploy" / "orders.yaml").write_text(FOUND)
    return tmp_path


def audited(runner: Path, **inputs: str) -> Ran:
    """`Audit`, as GitHub runs `shell: bash`."""
    given = {name: one["default"] for name, one in ACTION["inputs"].items()} | inputs
    variables = {
        name: given[one.removeprefix("${{ inputs.").removesuffix(" }}")] for name, one in AUDIT["env"].items()
    }
    script = runner / "script.sh"
    script.write_text(AUDIT["run"])
    places = {"RUNNER_TEMP": runner / "temp", "GITHUB_OUTPUT": runner / "output"}
    variables |= {name: str(path) for name, path in places.items()}
    variables["GITHUB_STEP_SUMMARY"] = str(runner / "summary")
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return run(words, runner / "work", **variables)


@pytest.mark.long
def test_the_action_annotates_sums_up_and_writes_sarif(runner: Path) -> None:
    ran = audited(runner)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("::notice file=deploy/orders.yaml,line=6,")
    assert (runner / "output").read_text() == "sarif=token-gateway.sarif\n"
    (result,) = json.loads((runner / "work" / "token-gateway.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "IGN-001"
    assert (runner / "summary").read_text().startswith("## gateway audit\n\n**1 finding: 1 low**")


@pytest.mark.long
def test_the_action_fails_where_it_should(runner: Path) -> None:
    assert audited(runner, **{"fail-on": "low"}).returncode == 1
    assert (runner / "work" / "token-gateway.sarif").exists()
    ran = audited(runner, paths="deploy\n\nnowhere\n")
    assert (ran.returncode, "::error file=nowhere," in ran.stdout) == (2, True)
    ran = audited(runner, baseline="nowhere.json", controller="traefik")
    assert (ran.returncode, "nowhere.json cannot be read" in ran.stderr) == (2, True)


@pytest.mark.long
def test_a_hostile_input_is_a_path(runner: Path) -> None:
    ran = audited(runner, paths="$(touch owned) `touch owned`; touch owned\n--output=owned")
    assert ran.returncode == 2
    assert not (runner / "work" / "owned").exists()


@pytest.mark.wire
@pytest.mark.long
def test_the_action_installs_what_it_was_checked_out_as(tmp_path: Path) -> None:
    """Without a registry: what is needed besides is lent by this environment."""
    script = tmp_path / "script.sh"
    script.write_text(INSTALL["run"])
    lent = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    lent |= {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    places = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(REPOSITORY)}
    ran = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], tmp_path, **lent, **places)
    assert ran.returncode == 0, ran.stderr
    installed = tmp_path / "token-gateway" / "bin" / "gateway"
    shown = run([str(installed), "audit", "rules", "IGN-001"], tmp_path, PYTHONPATH=lent["PYTHONPATH"])
    assert shown.returncode == 0, shown.stderr
    assert "right (sound.yaml)" in shown.stdout
    assert list(tmp_path.glob("token-gateway/lib/*/site-packages/gateway/audit/admission/NGX-006.yaml"))
