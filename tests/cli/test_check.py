"""`gateway check`: all of a configuration, and all that is wrong with it."""

from pathlib import Path

import pytest

from tests.cli.configuration import Run, configuration, write
from tests.config.examples import EXAMPLES, laid_out


def test_what_is_opened_is_said(gateway: Run, config: Path) -> None:
    ran = gateway("check", "-c", config)
    assert ran.code == 0
    assert "policy orders: api.example.com\n" in ran.out
    assert "  token  orders-read: GET HEAD\n         /v1/orders /v1/orders/{order}\n" in ran.out
    assert "  public welcome: GET\n" in ran.out
    assert "\nok: 1 issuer, 1 policy, 3 routes, generation " in ran.out


def test_insecure_choices_are_said(gateway: Run, config: Path) -> None:
    said = [line for line in gateway("check", "-c", config).out.splitlines() if line.startswith("warning:")]
    assert len(said) == 2
    assert "policies.orders.callers" in said[0]
    assert "policies.orders.routes[2]" in said[1]


def test_json_says_the_same(gateway: Run, config: Path) -> None:
    ran = gateway("check", "-c", config, "--json")
    assert ran.code == 0
    document = ran.document
    assert document["ok"] is True
    assert document["issuers"] == ["corp"]
    assert document["policies"]["orders"]["welcome"] == {
        "access": "public",
        "methods": ["GET"],
        "paths": ["/"],
    }
    assert len(document["warnings"]) == 2


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    config = configuration()
    config["policies"]["orders"]["routes"][0]["issuers"] = ["nobody"]
    config["policies"]["orders"]["peers"] = []
    config["issuers"]["corp"]["colour"] = "blue"
    return write(tmp_path, config)


def test_every_problem_is_named_with_its_file_and_line(gateway: Run, broken: Path) -> None:
    ran = gateway("check", "-c", broken)
    assert (ran.code, ran.out) == (78, "")
    *problems, summary = ran.err.splitlines()
    assert len(problems) >= 3
    assert summary == f"{len(problems)} problems; nothing was started."
    lines = broken.read_text().splitlines()
    for problem in problems:
        place, _, text = problem.partition(" ")
        file, line, _column = place.rsplit(":", 2)
        assert file == str(broken)
        key = text.split(":")[0].split(".")[-1].split("[")[0]
        assert key in lines[int(line) - 1] or key in lines[int(line) - 2], problem
        assert " Fix: " in text


def test_problems_as_json(gateway: Run, broken: Path) -> None:
    ran = gateway("check", "-c", broken, "--json")
    assert (ran.code, ran.err) == (78, "")
    assert ran.document["ok"] is False
    for problem in ran.document["problems"]:
        assert problem["file"] == str(broken)
        assert problem["line"] >= 1
        assert {"column", "path", "what", "fix"} <= set(problem)


def test_a_refused_include_is_a_finding_of_a_check(gateway: Run, tmp_path: Path) -> None:
    team = write(tmp_path, {"policies": {"team": {"hosts": []}}}, "team.yaml")
    file = write(tmp_path, {**configuration(), "include": ["team.yaml"]})
    ran = gateway("check", "-c", file)
    assert ran.code == 78
    assert all(line.startswith(f"{team}:") for line in ran.err.splitlines()[:-1])
    # The others stand: their policies can be asked about all the same.
    assert gateway("snippet", "nginx", "-c", file, "--policy", "orders").code == 0
    missed = gateway("snippet", "nginx", "-c", file, "--policy", "team")
    assert missed.code == 78
    assert str(team) in missed.err


def listed(folder: Path, text: str) -> Path:
    (folder / "revoked.yaml").write_text(text)
    return write(folder, {**configuration(), "revocations": {"file": "revoked.yaml"}})


def test_the_deny_list_is_counted(gateway: Run, tmp_path: Path) -> None:
    text = (
        "revoked:\n- {issuer: corp, jti: a}\n- {issuer: corp, kid: b}\n"
        "- {issuer: corp, jti: c, until: 2020-01-01T00:00:00Z}\n"
    )
    file = listed(tmp_path, text)
    assert "\ndeny list: 2 entries, 1 more past its end\n" in gateway("check", "-c", file).out
    assert gateway("check", "-c", file, "--json").document["revocations"] == {"entries": 2, "ended": 1}


def test_a_configuration_without_a_deny_list_says_nothing_of_one(gateway: Run, config: Path) -> None:
    assert "deny list" not in gateway("check", "-c", config).out
    assert gateway("check", "-c", config, "--json").document["revocations"] is None


def test_mistakes_of_the_deny_list_are_mistakes_of_the_configuration(gateway: Run, tmp_path: Path) -> None:
    file = listed(tmp_path, "revoked:\n- {issuer: nobody, jti: a}\n- {issuer: corp}\n")
    ran = gateway("check", "-c", file)
    assert (ran.code, ran.out) == (78, "")
    first, second, _ = ran.err.splitlines()
    assert first.startswith(f"{tmp_path / 'revoked.yaml'}:2:12 revoked[0].issuer: there is no issuer nobody")
    assert second.startswith(f"{tmp_path / 'revoked.yaml'}:3:3 revoked[1]: names nothing")


@pytest.mark.long
def test_a_deny_list_that_is_not_there_is_exit_78(gateway: Run, tmp_path: Path) -> None:
    file = listed(tmp_path, "")
    (tmp_path / "revoked.yaml").unlink()
    for command in (("check",), ("serve",), ("explain", "--url", "https://api.example.com/")):
        ran = gateway(*command, "-c", file)
        assert ran.code == 78
        assert "cannot be read: no such file or directory" in ran.err


def test_every_example_is_whole(gateway: Run, tmp_path: Path) -> None:
    config = laid_out(tmp_path)
    for example in EXAMPLES:
        ran = gateway("check", "-c", config / "examples" / f"{example}.yaml")
        assert ran.code == 0, ran.err
