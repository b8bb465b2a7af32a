from pathlib import Path

import pytest

from gateway.config.compile import compile_config, load_world
from gateway.config.load import load_config
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretFile, SecretUnavailable
from gateway.config.world import Address, Audit, DirectoryKeys, Listeners, MemoryKeys, SharedKeys
from tests.config.files import change, problems_of, read_secret, remove, valid, world_of, write


def test_the_whole_file_arrives(tmp_path: Path) -> None:
    world = world_of(tmp_path, valid())
    assert world.downstream_issuer == "https://gateway.example.com"
    assert world.snapshot.downstream_issuer == world.downstream_issuer
    assert world.jwks_uri == "http://gateway.example.com:8081/.well-known/jwks.json"
    assert world.signing_algorithm == "EdDSA"
    assert world.key_store == DirectoryKeys(str(tmp_path / "keys"), 7 * 86400)
    assert world.listeners == Listeners(
        decision=Address(host="127.0.0.1", port=0),
        keys=Address(host="::1", port=8081),
        admin=Address(host="127.0.0.1", port=9090),
    )
    assert world.audit == Audit(
        reveal=frozenset({"client_id", "subject"}),
        fingerprint_key=b"k" * 32,
        sample_allowed=0.25,
        keep_refusals=5,
        refusals_per_s=60,
        when_full="wait",
    )
    assert world.refused == ()


def test_defaults(tmp_path: Path) -> None:
    config = valid()
    for name in ("listeners", "audit"):
        del config[name]
    del config["downstream"]["algorithm"]
    world = world_of(tmp_path, config)
    assert world.listeners == Listeners(
        decision=Address(host="0.0.0.0", port=4180),
        keys=Address(host="0.0.0.0", port=8081),
        admin=Address(host="127.0.0.1", port=9090),
    )
    assert world.audit == Audit(reveal=frozenset())
    assert world.signing_algorithm == "ES256"


def test_key_stores(tmp_path: Path) -> None:
    config = valid()
    config["downstream"]["keys"] = {"store": "memory"}
    assert world_of(tmp_path, config).key_store == MemoryKeys(7 * 86400)
    config["downstream"]["keys"] = {"store": "shared", "path": "/etc/keys"}
    assert world_of(tmp_path, config).key_store == SharedKeys("/etc/keys")


def test_two_steps_are_one(tmp_path: Path) -> None:
    path = write(tmp_path, valid())
    one = load_world(path, read_secret=read_secret)
    two = compile_config(load_config(path), read_secret=read_secret)
    assert one.snapshot.generation == two.snapshot.generation
    assert one.snapshot.issuers == two.snapshot.issuers


def test_one_issuer_twice(tmp_path: Path) -> None:
    config = valid()
    config["issuers"]["keys-at"]["issuer"] = "https://idp.example.com"
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "issuers.keys-at.issuer"
    assert problem.what == "is also the issuer of corp"


@pytest.mark.parametrize("ours", ["https://idp.example.com", "https://IDP.example.com/"])
def test_our_own_token_has_no_business_at_the_front_door(tmp_path: Path, ours: str) -> None:
    config = valid()
    config["downstream"]["issuer"] = ours
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "issuers.corp.issuer"
    assert "our own downstream issuer" in problem.what


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("issuer", "gateway", "refused as a URL"),
        ("issuer", "https://gateway?x", "no query"),
        ("jwks_uri", "ftp://gateway/keys", "refused as a URL"),
        ("jwks_uri", "https://u:hunter2@gateway/keys", "user info"),
    ],
)
def test_downstream_urls(tmp_path: Path, field: str, value: str, what: str) -> None:
    config = valid()
    config["downstream"][field] = value
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == f"downstream.{field}"
    assert what in problem.what
    assert "hunter2" not in str(problem)


def test_listeners_do_not_share_a_port(tmp_path: Path) -> None:
    config = valid()
    change("listeners", "keys", to={"host": "::", "port": 9090})(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "listeners.admin.port"
    assert problem.what == "is also the port of keys"


def test_the_listener_for_grpc_is_there_if_it_is_asked_for(tmp_path: Path) -> None:
    assert world_of(tmp_path, valid()).listeners.grpc is None
    config = valid()
    config["listeners"]["grpc"] = {"host": "127.0.0.1"}
    assert world_of(tmp_path, config).listeners.grpc == Address(host="127.0.0.1", port=4181)
    config["listeners"]["grpc"] = {"port": 9090}
    (problem,) = problems_of(tmp_path, config)
    assert (problem.path, problem.what) == ("listeners.grpc.port", "is also the port of admin")


def test_a_listener_needs_an_address(tmp_path: Path) -> None:
    config = valid()
    change("listeners", "admin", "host", to="localhost")(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "listeners.admin.host"


def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    def absent(reference: object) -> bytes:
        assert reference == SecretFile(tmp_path / "fingerprint")
        raise SecretUnavailable("the file cannot be read: no such file or directory")

    with pytest.raises(ConfigError) as caught:
        load_world(write(tmp_path, valid()), read_secret=absent)
    (problem,) = caught.value.problems
    assert problem.path == "audit.fingerprint_key"
    assert "no such file" in problem.what


def test_a_secret_that_is_too_short(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_world(write(tmp_path, valid()), read_secret=lambda _: b"hunter2")
    (problem,) = caught.value.problems
    assert problem.what == "is shorter than 32 bytes"
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("rate", [1, 1.0, 0.5, 0.001])
def test_a_sampling_rate(tmp_path: Path, rate: float) -> None:
    config = valid()
    config["audit"]["sample_allowed"] = rate
    assert world_of(tmp_path, config).audit.sample_allowed == rate


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sample_allowed",), 0),
        (("sample_allowed",), 1.5),
        (("sample_allowed",), "0.5"),
        (("sample_allowed",), True),
        (("repeated_refusals", "keep"), 0),
        (("repeated_refusals", "per"), "0s"),
        (("when_full",), "block"),
    ],
)
def test_what_would_leave_out_all_records_or_none(
    tmp_path: Path, path: tuple[str, ...], value: object
) -> None:
    config = valid()
    change("audit", *path, to=value)(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == ".".join(("audit", *path))


def test_a_bad_included_file_is_refused_whole_and_the_others_stand(tmp_path: Path) -> None:
    config = valid()
    config["include"] = ["teams"]
    orders = config["policies"].pop("orders")
    remove("policies")(config)
    teams = tmp_path / "teams"
    teams.mkdir()
    write(teams, {"policies": {"good": orders}}, "a.yaml")
    bad = valid()["policies"]["orders"]
    bad["routes"][0]["issuers"] = ["nobody"]
    write(teams, {"policies": {"fine": orders, "bad": bad}}, "b.yaml")
    form = valid()["policies"]["orders"]
    form["host"] = form.pop("hosts")
    form["routes"][0]["issuers"] = ["nobody"]
    write(teams, {"policies": {"form": form}}, "c.yaml")

    world = world_of(tmp_path, config)

    assert set(world.snapshot.policies) == {"good"}
    assert {(Path(one.file).name, one.path) for one in world.refused} == {
        ("b.yaml", "policies.bad.routes[0].issuers[0]"),
        ("c.yaml", "policies.form.host"),
        ("c.yaml", "policies.form.routes[0].issuers[0]"),
    }
    assert not any("b.yaml" in warning or "c.yaml" in warning for warning in world.warnings)
    assert any("a.yaml: policies.good.routes[1]: public" in warning for warning in world.warnings)


def test_a_mistake_in_the_main_file_is_told_with_those_of_the_others(tmp_path: Path) -> None:
    config = valid()
    config["include"] = ["team.yaml"]
    config["downstream"]["algorithm"] = "HS256"
    (tmp_path / "team.yaml").write_text("policies: [")
    problems = problems_of(tmp_path, config)
    assert [(Path(one.file).name, one.path) for one in problems] == [
        ("gateway.yaml", "downstream.algorithm"),
        ("team.yaml", ""),
    ]
