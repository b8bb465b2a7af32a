"""What a configuration read, and whether it would read the same now."""

from pathlib import Path

import pytest

from gateway.config.compile import compile_config
from gateway.config.files import DISK
from gateway.config.load import load_draft
from gateway.config.problem import Unfit
from gateway.config.readings import (
    Kind,
    Question,
    Readings,
    Recording,
    Replay,
    again,
    digest,
    from_json,
    to_json,
)
from gateway.config.secret import SecretFile, SecretUnavailable, SecretVariable
from gateway.config.world import World
from gateway.config.yaml_tree import NotYaml
from tests.config.files import at_the_edge, valid, write
from tests.tls.authority import Authority


def read(path: Path) -> tuple[World, Readings]:
    recording = Recording(DISK)
    world = compile_config(load_draft(path, files=recording), read_secret=recording.secret)
    return world, recording.readings


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A configuration that includes a folder, and refers to a secret."""
    config = valid() | {"include": ["teams"]}
    policies = config["policies"]
    config["audit"] = {"fingerprint_key": "file:secret"}
    (tmp_path / "secret").write_bytes(b"k" * 32)
    (tmp_path / "teams").mkdir()
    write(tmp_path / "teams", {"policies": {"team-a": policies["orders"]}}, "a.yaml")
    return write(tmp_path, config)


def changed(readings: Readings) -> bool:
    return digest(again(readings, DISK)) != digest(readings)


def test_nothing_has_changed_where_nothing_was_touched(main: Path) -> None:
    _, readings = read(main)
    assert {question.kind for question in readings} == {Kind.READ, Kind.NAMES, Kind.SECRET_FILE}
    assert not changed(readings)


@pytest.mark.parametrize("name", ["gateway.yaml", "teams/a.yaml", "secret"])
def test_the_content_of_every_file_counts_and_its_time_does_not(main: Path, name: str) -> None:
    _, readings = read(main)
    file = main.parent / name
    content = file.read_bytes()
    file.write_bytes(content)
    assert not changed(readings)
    file.write_bytes(content + b" ")
    assert changed(readings)
    file.unlink()
    assert changed(readings)


CERTIFICATES = ("own.crt", "own.key", "shop.crt", "shop.key", "clients.crt")
OF_UPSTREAMS = ("servers.crt", "shown.crt", "shown.key")


@pytest.fixture
def secured(tmp_path: Path) -> Path:
    """Certificates wherever there may be some; none is named twice."""
    authority = Authority()
    pairs = {
        "own": authority.server(),
        "shop": authority.serving("shop.example"),
        "shown": authority.client(),
    }
    for name, pair in pairs.items():
        (tmp_path / f"{name}.crt").write_bytes(pair.chain)
        (tmp_path / f"{name}.key").write_bytes(pair.key)
    for name in ("clients.crt", "servers.crt"):
        (tmp_path / name).write_bytes(authority.pem)
    config = at_the_edge()
    config["audit"] = {}
    named = {name: {"certificate": f"file:{name}.crt", "key": f"file:{name}.key"} for name in pairs}
    config["listeners"]["edge"]["tls"] = named["own"] | {
        "more": [named["shop"]],
        "client_ca": "file:clients.crt",
    }
    config["upstreams"]["orders"]["tls"] |= named["shown"] | {"ca": "file:servers.crt"}
    return write(tmp_path, config)


@pytest.mark.parametrize("name", [*CERTIFICATES, *OF_UPSTREAMS])
def test_certificates_are_read_again_when_they_change(secured: Path, name: str) -> None:
    before, readings = read(secured)
    assert not changed(readings)
    file = secured.parent / name
    file.write_bytes(file.read_bytes() + b"\n# renewed\n")
    assert changed(readings)
    after, _ = read(secured)
    is_ours = name in CERTIFICATES
    assert (after.listeners.edge_tls != before.listeners.edge_tls) is is_ours
    assert (after.upstreams["orders"].tls != before.upstreams["orders"].tls) is not is_ours


def test_a_file_that_appears_counts(main: Path) -> None:
    _, readings = read(main)
    (main.parent / "teams" / "notes.txt").write_text("not a policy file")
    assert not changed(readings)
    (main.parent / "teams" / "b.yaml").write_text("policies: {}")
    assert changed(readings)


def test_another_process_compiles_the_same_world(main: Path) -> None:
    world, readings = read(main)
    main.unlink()
    replay = Replay(from_json(to_json(readings)))
    again_there = compile_config(load_draft(main, files=replay), read_secret=replay.secret)
    assert again_there.snapshot.generation == world.snapshot.generation
    assert again_there.snapshot == world.snapshot
    assert again_there.audit == world.audit


def test_a_secret_that_cannot_be_had_is_a_reading_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recording = Recording(DISK)
    monkeypatch.delenv("GATEWAY_TEST_SECRET", raising=False)
    for reference in (SecretVariable("GATEWAY_TEST_SECRET"), SecretFile(tmp_path / "absent")):
        with pytest.raises(SecretUnavailable) as first:
            recording.secret(reference)
        with pytest.raises(SecretUnavailable) as second:
            Replay(recording.readings).secret(reference)
        assert str(first.value) == str(second.value)
    assert from_json(to_json(recording.readings)) == recording.readings
    assert not changed(recording.readings)
    (tmp_path / "absent").write_bytes(b"here")
    assert changed(recording.readings)


def test_problems_are_replayed_as_they_were(tmp_path: Path) -> None:
    recording = Recording(DISK)
    with pytest.raises(NotYaml) as first:
        recording.read(tmp_path / "absent.yaml")
    with pytest.raises(NotYaml) as second:
        Replay(recording.readings).read(tmp_path / "absent.yaml")
    assert first.value.problem == second.value.problem
    with pytest.raises(Unfit, match="no such file"):
        recording.names(tmp_path / "absent")
    with pytest.raises(Unfit, match="no such file"):
        Replay(recording.readings).names(tmp_path / "absent")


def test_what_was_not_read_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(NotYaml):
        Replay({}).read(tmp_path)
    with pytest.raises(Unfit):
        Replay({}).names(tmp_path)


def test_no_octet_of_a_secret_is_printed(main: Path) -> None:
    _, readings = read(main)
    assert "kkkk" not in repr(readings)
    assert readings[Question(Kind.SECRET_FILE, str(main.parent / "secret"))] is not None
