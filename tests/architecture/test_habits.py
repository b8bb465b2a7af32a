"""What no linter knows: who may make a ticket, where anything may be caught, what the core may not call."""

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import calls, named, nodes, python_files, tree

GATEWAY = python_files("gateway")

MAKERS: Final = {
    "SignedClaims": "gateway/core/jws.py",
    "ValidClaims": "gateway/core/claims.py",
    "Permission": "gateway/core/authorize.py",
    "Permit": "gateway/core/answer.py",
}
"""Each step's output is the next step's ticket: one module makes it, after it has checked."""

CATCHES_EVERYTHING: Final = {
    "gateway/app/gateway.py",  # a defect in one look at our keys must not be the last look
    "gateway/server/reload.py",  # a defect must not end the watch: the old world goes on
    "gateway/server/edge/request_side.py",  # whatever a handler raises, the client gets a 500
    "gateway/server/edge/server_pool.py",  # the same where the request goes on once it is connected,
    "gateway/server/edge/upstream_connection.py",  # and where its answer comes
    "gateway/server/grpc/servicer.py",  # the same for a call: Envoy would make a permit of an empty answer
    "gateway/server/grpc/protocol.py",  # whatever h2 raises, the connection ends without an answer
    "gateway/server/http1/protocol.py",  # whatever a handler raises, the peer gets a 500
    "gateway/sources/jwks.py",  # a defect must not look like a refusal: it is an outage
}

BANNED_CALLS: Final = {
    *("time.time", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.datetime.now"),
    *("datetime.utcnow", "datetime.datetime.utcnow", "date.today", "datetime.date.today"),
    *("jwt.decode", "jwt.PyJWKClient", "PyJWKClient", "random.random", "secrets.token_bytes", "uuid.uuid4"),
    *("open", "print", "input", "eval", "exec", "compile", "__import__"),
}

FORBIDDEN_NAMES: Final = {"utils", "util", "helpers", "helper", "misc", "common", "managers", "manager"}


@pytest.mark.parametrize(("ticket", "maker"), MAKERS.items())
def test_a_ticket_is_made_in_one_place(ticket: str, maker: str) -> None:
    makers = {named(path) for path in GATEWAY if any(_last(call) == ticket for call in calls(path))}
    assert makers == {maker}


@pytest.mark.parametrize("ticket", MAKERS)
def test_no_ticket_is_copied_with_other_contents(ticket: str) -> None:
    # `permit._replace(...)` would be a second maker: only contexts, facts and refusals are replaced.
    suspects = [
        f"{named(path)}: {ast.unparse(node)}"
        for path in python_files("gateway/core") + python_files("gateway/server")
        for node in nodes(path)
        if isinstance(node, ast.Call)
        if _snake(ticket) in _last(_copied_by(node)).lower()
    ]
    assert suspects == []


def test_everything_is_caught_only_where_it_is_listed() -> None:
    assert {named(path) for path in GATEWAY if _catches_everything(path)} == CATCHES_EVERYTHING


def test_the_pure_part_calls_nothing_impure() -> None:
    pure = [*python_files("gateway/core"), *python_files("gateway/dialects")]
    assert [f"{named(path)}: {call}" for path in pure for call in calls(path) if call in BANNED_CALLS] == []


@pytest.mark.parametrize("folder", ["gateway", "tests"])
def test_no_module_is_named_for_nothing(folder: str) -> None:
    assert [named(path) for path in python_files(folder) if path.stem in FORBIDDEN_NAMES] == []


def test_the_first_line_says_what_a_module_answers() -> None:
    silent = [named(path) for path in GATEWAY if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


# --- private ---


def _last(call: str) -> str:
    return call.rpartition(".")[2]


def _copied_by(call: ast.Call) -> str:
    """What a call gives a copy of, with other contents: of a named tuple, or of a dataclass."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"_replace", "_make"}:
        return ast.unparse(call.func.value)
    replaces = _last(ast.unparse(call.func)) == "replace" and call.args
    return ast.unparse(call.args[0]) if replaces else ""


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _catches_everything(path: Path) -> bool:
    broad = {"Exception", "BaseException", None}
    return any(
        (ast.unparse(node.type) if node.type else None) in broad
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
    )
