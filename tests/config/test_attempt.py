"""Whether there is a new world in the files, and whether it may follow the one that runs."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.attempt import attempt
from gateway.config.problem import ConfigError, Problem
from gateway.config.world import World
from tests.config.files import at_the_edge, valid, write
from tests.tls.authority import Authority


def world(path: Path) -> World:
    found = attempt(path).outcome
    assert isinstance(found, World)
    return found


def problems(path: Path, running: World | None = None) -> tuple[Problem, ...]:
    found = attempt(path, running=running).outcome
    assert isinstance(found, ConfigError)
    return found.problems


def plain() -> dict[str, Any]:
    config = valid()
    config["audit"] = {}
    return config


def test_a_world_comes_with_what_it_was_read_from(tmp_path: Path) -> None:
    found = attempt(write(tmp_path, plain()))
    assert isinstance(found.outcome, World)
    assert str(tmp_path / "gateway.yaml") in {question.subject for question in found.readings}


def test_mistakes_come_with_what_was_read_too(tmp_path: Path) -> None:
    found = attempt(tmp_path / "absent.yaml")
    assert isinstance(found.outcome, ConfigError)
    assert len(found.readings) == 1


def test_routes_and_issuers_may_change(tmp_path: Path) -> None:
    running = world(write(tmp_path, plain()))
    config = plain()
    del config["issuers"]["in-file"]
    config["policies"]["orders"]["hosts"] = ["other.example.com"]
    found = attempt(write(tmp_path, config), running=running).outcome
    assert isinstance(found, World)


@pytest.mark.parametrize(
    ("section", "value", "path"),
    [
        ("listeners", {"decision": {"port": 4999}}, "listeners.decision"),
        ("listeners", {"admin": {"host": "127.0.0.2"}}, "listeners.admin"),
        ("listeners", {"keys": {"port": 4999}}, "listeners.keys"),
        ("listeners", {"grpc": {"port": 4999}}, "listeners.grpc"),
        ("listeners", {"edge": {"port": 4999}}, "listeners.edge"),
        ("downstream", {"keys": {"store": "memory"}}, "downstream.keys"),
        ("downstream", {"algorithm": "ES256"}, "downstream.algorithm"),
    ],
)
def test_what_needs_a_restart_is_refused_in_its_line(
    tmp_path: Path, section: str, value: dict[str, Any], path: str
) -> None:
    running = world(write(tmp_path, plain()))
    config = plain()
    config[section] = {**config.get(section, {}), **value}
    (problem,) = problems(write(tmp_path, config), running)
    assert problem.path == path
    assert "restart" in problem.fix
    assert problem.line > 1


def edge_of(folder: Path, tls: dict[str, Any]) -> Path:
    authority = Authority()
    pair = authority.server()
    for name, content in (("tls.crt", pair.chain), ("tls.key", pair.key), ("ca.crt", authority.pem)):
        (folder / name).write_bytes(content)
    config = at_the_edge()
    config["audit"] = {}
    config["listeners"]["edge"]["tls"] = {"certificate": "file:tls.crt", "key": "file:tls.key"} | tls
    return write(folder, config)


def test_certificates_may_change_and_whether_clients_must_show_one_may_not(tmp_path: Path) -> None:
    asking = {"client_ca": "file:ca.crt"}
    running = world(edge_of(tmp_path, asking))
    renewed = attempt(edge_of(tmp_path, asking | {"client_certificate": "optional"}), running=running).outcome
    assert isinstance(renewed, World)
    assert renewed.listeners.edge_tls != running.listeners.edge_tls
    for other in ({}, asking | {"client_certificate": "required"}):
        (problem,) = problems(edge_of(tmp_path, other), running)
        assert problem.path == "listeners.edge.tls"


def test_how_many_may_come_is_settled_at_the_start_and_what_they_may_ask_is_not(tmp_path: Path) -> None:
    def changed(**edge: Any) -> Path:
        config = at_the_edge()
        config["audit"] = {}
        config["listeners"]["edge"] |= edge
        return write(tmp_path, config)

    running = world(changed())
    more = {"max_body": "1GiB", "requests_per_client": 9, "hsts": "0s"}
    assert isinstance(attempt(changed(**more), running=running).outcome, World)
    (problem,) = problems(changed(max_connections=501), running)
    assert problem.path == "listeners.edge.max_connections"


def with_team(folder: Path, policies: dict[str, Any]) -> Path:
    write(folder, {"policies": policies}, "team.yaml")
    return write(folder, plain() | {"include": ["team.yaml"]})


def test_a_mistake_takes_no_policy_away(tmp_path: Path) -> None:
    orders = plain()["policies"]["orders"]
    running = world(with_team(tmp_path, {"team": orders}))
    found = problems(with_team(tmp_path, {"team": orders | {"hosts": []}}), running)
    assert {Path(problem.file).name for problem in found} == {"team.yaml"}


def test_a_file_that_never_was_good_holds_nobody_up(tmp_path: Path) -> None:
    orders = plain()["policies"]["orders"]
    running = world(with_team(tmp_path, {"team": orders | {"hosts": []}}))
    found = attempt(with_team(tmp_path, {"team": orders | {"hosts": [], "peers": []}}), running=running)
    assert isinstance(found.outcome, World)
    assert found.outcome.refused != ()


def test_a_policy_may_be_taken_away_on_purpose(tmp_path: Path) -> None:
    orders = plain()["policies"]["orders"]
    running = world(with_team(tmp_path, {"team": orders, "other": orders}))
    found = attempt(with_team(tmp_path, {"team": orders}), running=running).outcome
    assert isinstance(found, World)
    assert "other" not in found.snapshot.policies
