"""Where a secret cannot be had, what is to be done?"""

from pathlib import Path

import pytest

from gateway.config.compile_secrets import secret_at
from gateway.config.secret import SecretFile, SecretReference, SecretUnavailable, SecretVariable
from gateway.config.source import Source, parse_file
from gateway.config.spot import Spot

REFERENCES: list[SecretReference] = []


def spot() -> Spot:
    tree, _ = parse_file(Path("gateway.yaml"), b"policies: {}")
    return Spot(source=Source(file="gateway.yaml", tree=tree, policies={}, problems=(), damaged=frozenset()))


def test_files_are_found_beside_the_configuration() -> None:
    asked: list[SecretReference] = []

    def read(reference: SecretReference) -> bytes:
        asked.append(reference)
        return b"x"

    for text in ("file:caller", "file:/run/caller", "env:CALLER"):
        assert secret_at(text, Path("/etc/gateway"), spot(), read) == b"x"
    assert asked == [
        SecretFile(Path("/etc/gateway/caller")),
        SecretFile(Path("/run/caller")),
        SecretVariable("CALLER"),
    ]


@pytest.mark.parametrize(("text", "what"), [("file:caller", "file"), ("env:CALLER", "variable")])
def test_one_that_is_not_there_is_a_mistake(text: str, what: str) -> None:
    def read(_: SecretReference) -> bytes:
        raise SecretUnavailable("it is not there")

    here = spot()
    assert secret_at(text, Path(), here, read) is None
    (problem,) = here.problems
    assert (problem.what, problem.fix) == ("it is not there", f"set that {what}, or refer to another secret")
