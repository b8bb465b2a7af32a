"""What the documentation shows is run or compared here: nothing in it can go stale unseen."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from gateway.app import keys_secret
from gateway.cli import main
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.revocations import parse_revocations
from gateway.config.world import RevocationFile
from gateway.core.mint import IDENTITY_HEADERS
from gateway.dev import tour
from gateway.dev.ports import Ports
from tests.docs.pages import BLOCKS, PAGES, ROOT, Block, blocks_of, of_kind
from tests.kubernetes.stand_in import StandIn

CHECKED = {"sh", "yaml", "python", "js", "go", "http", ""}
SOURCES = {
    "python": ("tests/backends/python/verify.py",),
    "js": ("tests/backends/node/verify.mjs",),
    "go": ("tests/backends/go/main.go",),
}
USUAL = Ports(front=8080, provider=4190, backend=4191, decision=4180, keys=8081, admin=9090)


def name(block: Block) -> str:
    return block.name


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert [block.name for block in BLOCKS if block.kind not in CHECKED] == []


def test_there_are_blocks_of_every_kind() -> None:
    assert {block.kind for block in BLOCKS} == CHECKED


def test_a_fence_that_is_never_closed_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\nmake test\n")
    with pytest.raises(ValueError, match=r"page\.md:1 has no end"):
        blocks_of(page)


# --- sh -----------------------------------------------------------------------


def commands(block: Block) -> list[list[str]]:
    """One list of words for each command; a quoted argument may go over several lines."""
    found, lines = [], ""
    for line in block.text.splitlines(keepends=True):
        lines += line
        try:
            words = shlex.split(lines, comments=True)
        except ValueError:  # a quotation that is still open
            continue
        lines = ""
        if words:
            found.append(words)
    assert lines == "", f"{block.name} ends inside a quotation"
    return found


@pytest.mark.long
@pytest.mark.parametrize("block", of_kind("sh"), ids=name)
def test_every_command_works(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for words in commands(block):
        match words:
            case ["make", target]:
                assert f"\n{target}:" in (ROOT / "Makefile").read_text()
            case ["gateway", "serve", *options]:  # tests/app serves; here only what it is given
                assert main(["check", *options]) == 0
            case ["gateway", "keys", *arguments] if "--secret" in arguments:
                run_in_a_pod(arguments, tmp_path, monkeypatch)
            case ["gateway", "keys", *arguments]:
                run_on_a_copy(arguments, tmp_path, monkeypatch)
            case ["gateway", *arguments]:
                assert main(arguments) == 0, capsys.readouterr().err
            case [".", ".venv/bin/activate"]:
                assert "BIN := .venv/bin\n" in (ROOT / "Makefile").read_text()
            case ["export", assignment]:
                assert assignment.partition("=")[0] in os.environ  # tests/conftest.py
            case ["curl", *_]:
                assert_of_the_tour(words, monkeypatch)
            case _:
                raise AssertionError(f"{block.name}: nobody has checked {' '.join(words)}")


def run_on_a_copy(arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are made beside the configuration, which here is not that of the repository."""
    copy = folder / "config" / "gateway.yaml"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes((ROOT / "config" / "gateway.yaml").read_bytes())
    with monkeypatch.context() as there:
        there.chdir(folder)
        if arguments[0] != "init":
            assert main(["keys", "init", "-c", "config/gateway.yaml"]) == 0
        kid = next((folder / "config" / "keys").glob("*.pem")).stem if "KID" in arguments else ""
        assert main(["keys", *(kid if one == "KID" else one for one in arguments)]) == 0


def run_in_a_pod(arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API server is a stand-in; tests/wire/test_signing_secret.py asks a real one."""
    (account := folder / arguments[0]).mkdir()
    with StandIn(account).running() as api, monkeypatch.context() as pod:
        (account / "ca.pem").rename(account / "ca.crt")
        (account / "namespace").write_text("shop")
        pod.setattr(keys_secret, "ACCOUNT", account)
        pod.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        pod.setenv("KUBERNETES_SERVICE_PORT", str(api.port))
        words = ["name" if one == "NAME" else one for one in arguments]
        if words[0] != "init":
            assert main(["keys", "init", "--secret", "name"]) == 0
        files = (name for secret in api.secrets.values() for name in secret["data"])
        kid = next((name.removesuffix(".pem") for name in files if name.endswith(".pem")), "")
        assert main(["keys", *(kid if one == "KID" else one for one in words)]) == 0


def assert_of_the_tour(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The tour's commands are run in tests/dev/test_run.py."""
    script = Path(sys.executable).with_name("gateway")
    monkeypatch.setattr(shutil, "which", lambda _: str(script))
    shown = re.findall(r"^curl (?:.+\n)+", tour.text(USUAL, {}), re.MULTILINE)
    assert " ".join(words).split() in [" ".join(shlex.split(one)).split() for one in shown]


# --- yaml ---------------------------------------------------------------------


@pytest.mark.parametrize("block", of_kind("yaml"), ids=name)
def test_every_piece_of_configuration_compiles(block: Block, tmp_path: Path) -> None:
    document = yaml.load(block.text, yaml.CSafeLoader)
    if "kind" in document:
        {"Role": assert_role, "NetworkPolicy": assert_network_policy}[document["kind"]](document)
        return
    if "revoked" in document:
        assert_deny_list(block.text)
        return
    whole = yaml.load((ROOT / "config" / "gateway.yaml").read_text(), yaml.CSafeLoader)
    if "issuers" in document:
        (route,) = whole["policies"]["orders"]["routes"]
        route["issuers"] = sorted(document["issuers"])
    file = tmp_path / "gateway.yaml"
    file.write_text(yaml.dump({**whole, **document}, Dumper=yaml.CSafeDumper))
    world = load_world(file)
    assert world.refused == ()
    if "issuers" in document:
        assert set(world.issuers) == set(document["issuers"])


def assert_deny_list(text: str) -> None:
    file = RevocationFile(path="revoked.yaml", issuer_ids=frozenset({"corp"}), fingerprint=bytes.decode)
    listed = parse_revocations(text.encode(), file, now=0).revocations
    assert listed.jtis
    assert listed.subjects
    assert listed.keys
    assert listed.fingerprints


def assert_role(document: dict[str, object]) -> None:
    """Is there a rule, and for named things alone? tests/wire/test_signing_secret.py does what it allows."""
    assert document["apiVersion"] == "rbac.authorization.k8s.io/v1"
    rules = document["rules"]
    assert isinstance(rules, list)
    assert rules
    assert all(rule["resourceNames"] and "*" not in rule["verbs"] + rule["resources"] for rule in rules)


def assert_network_policy(document: dict[str, object]) -> None:
    assert (document["apiVersion"], document["kind"]) == ("networking.k8s.io/v1", "NetworkPolicy")
    spec = document["spec"]
    assert isinstance(spec, dict)
    assert spec["policyTypes"] == ["Ingress"]
    for rule in spec["ingress"]:
        assert rule["from"] != []  # an empty list is everybody
        assert all(peer for peer in rule["from"])
        assert all({"port"} == set(port) for port in rule["ports"])


def test_the_ports_that_the_network_policy_opens_are_the_gateways() -> None:
    world = load_world(ROOT / "config" / "gateway.yaml")
    (policy,) = (
        document
        for document in (yaml.load(block.text, yaml.CSafeLoader) for block in of_kind("yaml"))
        if document.get("metadata", {}).get("name") == "token-gateway"
    )
    opened = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    assert opened == [world.listeners.decision.port, world.listeners.keys.port]


# --- programs, messages, pictures ---------------------------------------------


@pytest.mark.parametrize("block", of_kind(*SOURCES), ids=name)
def test_every_program_is_part_of_one_that_is_run(block: Block) -> None:
    assert any(block.text in (ROOT / source).read_text() for source in SOURCES[block.kind])


def test_the_programs_are_shown_whole_where_it_counts() -> None:
    shown = {block.kind: "" for block in of_kind(*SOURCES)}
    for block in of_kind(*SOURCES):
        shown[block.kind] += block.text
    assert set(shown) == set(SOURCES)
    for kind, verify in (("python", "def verify("), ("js", "async function verify("), ("go", "func verify(")):
        assert verify in shown[kind]
        assert "JWKS_URI" in shown[kind]


@pytest.mark.parametrize("block", of_kind("http"), ids=name)
def test_the_headers_are_those_that_are_set(block: Block) -> None:
    names = [line.partition(":")[0].lower().encode() for line in block.text.splitlines()[1:]]
    assert names == [b"authorization", *IDENTITY_HEADERS]


@pytest.mark.parametrize("block", of_kind(""), ids=name)
def test_a_block_of_no_kind_is_a_picture_or_a_message_of_ours(block: Block, tmp_path: Path) -> None:
    assert block.text.isascii()
    assert max(map(len, block.text.splitlines())) <= 110
    message = re.fullmatch(r"gateway\.yaml:\d+:\d+ (.+)\n", block.text)
    if message is None:
        assert "-->" in block.text, "neither a picture nor a message; name its kind"
        return
    file = tmp_path / "gateway.yaml"
    file.write_text((ROOT / "config" / "gateway.yaml").read_text().replace("[GET,", "[get,"))
    with pytest.raises(ConfigError) as caught:
        load_world(file)
    assert [str(problem).partition(" ")[2] for problem in caught.value.problems] == [message[1]]


# --- links and names ----------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = page.parent / path if path else page
        assert place.exists(), target
        assert anchor == "" or anchor in headings(place), target


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:tests|gateway|docs|config|loadtest)/[\w./*-]+)`", page.read_text())
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def test_every_decision_is_of_one_form() -> None:
    for page in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequence",
        ], page
