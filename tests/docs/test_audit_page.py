"""Does docs/audit.md show what happens? Each command is run, each file is read by whom it is for.

helm is the real one, with a chart of this test; in the place of kubectl the policies are looked at, which
tests/audit/admission asks a real API server to take.
"""

import json
import os
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft7Validator
from pre_commit.clientlib import load_config, load_manifest

from gateway.audit.admission.policies import POLICIES
from gateway.cli.audit_run import Format
from tests.docs.pages import ROOT, blocks_of
from tests.wire.components import Component, locate

PAGE = ROOT / "docs" / "audit.md"
BLOCKS = blocks_of(PAGE)
FOLDER, RULES, HELM, BASELINE, ADMISSION = (block.text for block in BLOCKS if block.kind == "sh")
INGRESS, ANNOTATION, GITHUB, GITLAB, PRE_COMMIT = (block.text for block in BLOCKS if block.kind == "yaml")
REPORT, COMMENT = (block.text for block in BLOCKS if block.kind == "")

Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "orders.yaml").write_text(INGRESS)
    return tmp_path


def bash(command: str, folder: Path, *more: Path) -> Ran:
    path = ":".join([str(Path(sys.executable).parent), *map(str, more), os.environ["PATH"]])
    words = ["bash", "-euo", "pipefail", "-c", command]
    environment = {"PATH": path, "HOME": str(folder)}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def assert_shown(shown: str, printed: str) -> None:
    """What is shown is printed, in this order, with nothing between but where it says `...`."""
    place = 0
    for number, part in enumerate(shown.split("...\n")):
        found = printed.find(part, place)
        assert found >= 0, part
        assert number or found == 0
        place = found + len(part)


@pytest.mark.long
def test_a_folder_is_audited_as_shown(folder: Path) -> None:
    ran = bash(FOLDER, folder)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert_shown(REPORT, ran.stdout)
    last = ran.stdout.splitlines()[-1]
    assert last.startswith(RULES.rstrip())
    explained = bash(RULES, folder)
    assert explained.returncode == 0
    assert "\nright (sound.yaml)" in explained.stdout


@pytest.mark.wire
@pytest.mark.long
def test_a_chart_is_audited_once_it_is_rendered(folder: Path) -> None:
    chart = folder / "charts" / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    template = INGRESS.replace("name: orders\n  namespace", "name: {{ .Release.Name }}-orders\n  namespace")
    (chart / "templates" / "ingress.yaml").write_text(template)
    ran = bash(HELM, folder, locate(Component.HELM).parent)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith("Ingress/shop/shop-orders  stdin\n  high      NGX-006  ")
    assert bash("gateway audit charts", folder).returncode == 2  # a template is no manifest


@pytest.mark.long
def test_an_annotation_accepts_what_it_names(folder: Path) -> None:
    manifest = yaml.load(INGRESS, yaml.CSafeLoader)
    manifest["metadata"]["annotations"] |= yaml.load(ANNOTATION, yaml.CSafeLoader)["metadata"]["annotations"]
    (folder / "deploy" / "orders.yaml").write_text(yaml.dump(manifest, Dumper=yaml.CSafeDumper))
    ran = bash(FOLDER, folder)
    assert ran.returncode == 0
    assert "nothing found\n1 object and 0 proxy files read, 1 route, 1 accepted\n" in ran.stdout


@pytest.mark.long
def test_a_comment_accepts_what_it_names(folder: Path) -> None:
    lines = (
        "http {\n  server {\n    listen 127.0.0.1:80;\n    server_name api.example.com;\n"
        "    location /v1/ {\n"
        "%s      auth_request /ask;\n      proxy_pass http://127.0.0.1:8080;\n    }\n"
        "    location = /ask { internal; proxy_pass https://127.0.0.1:4180/auth/nginx/orders; }\n  }\n}\n"
    )
    for comment in ("", f"      {COMMENT}"):
        (folder / "deploy" / "nginx.conf").write_text(lines % comment)
        accepted = json.loads(bash("gateway audit deploy/nginx.conf --format json", folder).stdout)
        these = [one for one in accepted["findings"] if one["rule"] == "NGX-006"]
        assert [one["accepted"] is not None for one in these] == [bool(comment)]


@pytest.mark.long
def test_with_the_baseline_only_what_is_new_is_too_much(folder: Path) -> None:
    ran = bash(BASELINE, folder)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("wrote audit-baseline.json with 1 finding\n")
    assert "1 in the baseline" in ran.stdout
    more = INGRESS.replace("name: orders\n  namespace", "name: more\n  namespace")
    (folder / "deploy" / "more.yaml").write_text(more)
    assert bash(BASELINE.splitlines()[1], folder).returncode == 1


def test_the_formats_are_those_that_there_are() -> None:
    rows = [line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert rows.pop(0) == "--format"
    assert rows == ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"]
    assert set(rows) == set(get_args(Format))


# --- pipelines ----------------------------------------------------------------


@cache
def schema(name: str) -> Draft7Validator:
    vendored = files("check_jsonschema.builtin_schemas.vendor").joinpath(f"{name}.json")
    return Draft7Validator(json.loads(vendored.read_text()))


@pytest.mark.long
def test_the_workflow_is_one_and_names_what_the_action_has() -> None:
    document = {"on": "pull_request", **yaml.load(GITHUB, yaml.CSafeLoader)}
    assert [fault.message for fault in schema("github-workflows").iter_errors(document)] == []
    action = yaml.load((ROOT / "action.yml").read_text(), yaml.CSafeLoader)
    steps = document["jobs"]["audit"]["steps"]
    (ours,) = (step for step in steps if "token-gateway" in step["uses"])
    assert set(ours["with"]) <= set(action["inputs"])
    assert f"steps.{ours['id']}.outputs.sarif" in GITHUB
    assert "sarif" in action["outputs"]


@pytest.mark.long
def test_the_gitlab_job_is_one_and_its_script_works(folder: Path) -> None:
    document = yaml.load(GITLAB, yaml.CSafeLoader)
    assert [fault.message for fault in schema("gitlab-ci").iter_errors(document)] == []
    assert bash(document["audit"]["script"], folder).returncode == 1
    report = folder / document["audit"]["artifacts"]["reports"]["codequality"]
    assert json.loads(report.read_text())[0]["check_name"] == "NGX-006"


def test_the_hook_is_the_one_that_there_is(folder: Path) -> None:
    (folder / "config.yaml").write_text(PRE_COMMIT)
    ((hook,),) = (repository["hooks"] for repository in load_config(str(folder / "config.yaml"))["repos"])
    (ours,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert hook["id"] == ours["id"]
    assert hook["args"] == ["deploy/"]


@pytest.mark.long
def test_the_policies_are_printed_for_kubectl(folder: Path) -> None:
    command, kubectl = ADMISSION.rstrip().split(" | ")
    assert kubectl == "kubectl apply -f -"
    documents: list[Any] = list(yaml.load_all(bash(command, folder).stdout, yaml.CSafeLoader))
    assert len(documents) == 2 * len(POLICIES)
    assert documents[1]["spec"]["validationActions"] == ["Warn"]
