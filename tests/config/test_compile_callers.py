"""What a proxy must show beside its address is a secret, or less by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretReference, SecretUnavailable, SecretVariable
from tests.config.files import Json, change, remove, valid, write

CALLERS = ("policies", "orders", "callers")
SECRETS = {
    "ONE": b"1" * 32,
    "TWO": b"2" * 256,
    "SHORT": b"s" * 31,
    "LONG": b"l" * 257,
    "SPACE": b"a b" * 20,
    "LINE": b"a\n" * 20,
    "HIGH": b"\xe4" * 40,
    "GATEWAY_FINGERPRINT_KEY": b"k" * 32,
}


def read(reference: SecretReference) -> bytes:
    if not isinstance(reference, SecretVariable):
        return b"f" * 32
    if reference.name not in SECRETS:
        raise SecretUnavailable("it is not there")
    return SECRETS[reference.name]


def secrets_of(tmp_path: Path, config: Json) -> tuple[bytes, ...]:
    return load_world(write(tmp_path, config), read_secret=read).snapshot.policies["orders"].caller_secrets


@pytest.mark.parametrize(
    ("references", "secrets"),
    [
        (["env:ONE"], (b"1" * 32,)),
        (["env:ONE", "env:TWO"], (b"1" * 32, b"2" * 256)),
        (["file:caller"], (b"f" * 32,)),
    ],
)
def test_secrets_are_read(tmp_path: Path, references: list[str], secrets: tuple[bytes, ...]) -> None:
    config = valid()
    change(*CALLERS, to={"secrets": references})(config)
    assert secrets_of(tmp_path, config) == secrets


def test_the_network_alone_must_be_asked_for_by_name_and_is_said_again(tmp_path: Path) -> None:
    config = valid()
    change(*CALLERS, to={"network_alone": True})(config)
    world = load_world(write(tmp_path, config), read_secret=read)
    assert world.snapshot.policies["orders"].caller_secrets == ()
    assert any("policies.orders.callers: whoever can send" in warning for warning in world.warnings)


@pytest.mark.parametrize(
    ("mistake", "path", "what"),
    [
        (remove(*CALLERS), "callers", "is missing"),
        (change(*CALLERS, to={}), "callers", "says neither"),
        (change(*CALLERS, to={"network_alone": False}), "callers", "says neither"),
        (change(*CALLERS, to={"secrets": ["env:ONE"], "network_alone": True}), "callers", "says both"),
        (change(*CALLERS, to={"secrets": []}), "callers.secrets", "is empty"),
        (change(*CALLERS, to={"secrets": ["1" * 32]}), "callers.secrets[0]", "reference"),
        (
            change(*CALLERS, to={"secrets": ["env:A", "env:B", "env:C"]}),
            "callers.secrets",
            "than 2 values",
        ),
        (change(*CALLERS, to={"secrets": ["env:ONE", "env:ONE"]}), "callers.secrets", "both are the same"),
        *(
            (change(*CALLERS, to={"secrets": ["env:ONE", name]}), "callers.secrets[1]", "visible ASCII")
            for name in ("env:SHORT", "env:LONG", "env:SPACE", "env:LINE", "env:HIGH")
        ),
    ],
)
def test_mistakes(tmp_path: Path, mistake: Callable[[Json], None], path: str, what: str) -> None:
    config = valid()
    mistake(config)
    with pytest.raises(ConfigError) as caught:
        secrets_of(tmp_path, config)
    told = [(problem.path, problem.what) for problem in caught.value.problems]
    assert [(at, why) for at, why in told if at == f"policies.orders.{path}" and what in why], told
    assert not any(secret.decode("latin-1") in str(caught.value) for secret in SECRETS.values())


def test_an_identity_is_a_name_of_a_certificate(tmp_path: Path) -> None:
    config = valid()
    change(*CALLERS, to={"identities": ["CN=root"]})(config)
    with pytest.raises(ConfigError) as caught:
        load_world(write(tmp_path, config), read_secret=read)
    assert "policies.orders.callers.identities[0]" in [problem.path for problem in caught.value.problems]
