from pathlib import Path
from typing import Any

import pytest

from gateway.config.problem import Problem
from tests.config.files import Step, change, problems_of, valid


def said(tmp_path: Path, *path: Step, value: Any) -> Problem:
    config = valid()
    change(*path, to=value)(config)
    (problem,) = problems_of(tmp_path, config)
    return problem


CORP = ("issuers", "corp")
ORDERS = ("policies", "orders")


@pytest.mark.parametrize(
    ("path", "value", "what", "fix"),
    [
        ((*CORP, "preset"), "keycloack", "is not one of rfc9068, keycloak", "write keycloak"),
        ((*CORP, "audiences"), [], "is empty", "empty never means all"),
        ((*CORP, "audiences"), "api", "is text, not a list", "audiences: [https://api.example.com]"),
        ((*CORP, "audiences"), [5], "is a number, not text", "put quotes around it"),
        ((*CORP, "audiences"), [True], "is true or false, not text", "put quotes around it"),
        ((*CORP, "audiences"), [[]], "is a list, not text", "change it"),
        ((*CORP, "audiences"), ["x" * 3000], "is longer than 2048", "shorten it"),
        ((*CORP, "issuer"), "", "is empty", "issuer: https://idp.example.com/realms/prod"),
        ((*CORP, "leeway"), 30, "is a number, not text", "as in leeway: 30s"),
        ((*CORP, "leeway"), "1h30m", "is not a duration", "as in leeway: 30s"),
        ((*CORP, "allow_http"), "yes", "is text, not true or false", "change it"),
        ((*CORP, "subject_from"), 5, "is a number, not text", "subject_from: sub"),
        ((*CORP, "subject_from"), {}, "is a mapping, not text or a list", "subject_from: sub"),
        ((*CORP, "subject_from"), [], "is empty", "subject_from: sub"),
        ((*CORP, "grants", 0, "value"), [], "is a list, not text or a whole number or true", "value:"),
        ((*CORP, "grants", 0, "value"), 1.5, "is a number, not text", "put quotes"),
        ((*CORP, "aud"), "x", "is not a known key", "remove it; what could be here: jwks_uri"),
        ((*CORP, "jwks-uri"), "https://x", "is not a known key", "write jwks_uri"),
        ((*ORDERS, "credentials", 0), {"type": "haeder"}, "is not one of bearer", "type: header"),
        ((*ORDERS, "credentials", 0), {"name": "a"}, "is missing", "type: bearer or cookie"),
        ((*ORDERS, "credentials", 0), {"type": "header"}, "is missing", "add name: x-api-token"),
        ((*ORDERS, "routes"), {}, "is a mapping, not a list", "routes: [{id: orders-read"),
        (("listeners", "admin", "port"), 65536, "is out of range", "port: 9090"),
        (("listeners", "admin", "port"), -1, "is out of range", "port: 9090"),
        (("listeners", "admin", "port"), 1.0, "is a number, not a whole number", "port: 9090"),
        (("downstream", "keys"), "memory", "is text, not a mapping", "keys: {path: keys/, store: directory}"),
        (("audit", "fingerprint_key"), "hunter2", "never the secret", "env:GATEWAY_FINGERPRINT_KEY"),
        (("audit", "reveal"), ["tokens"], "is not one of client_id, subject", "client_id or subject"),
        (("audit", "sample_allowed"), 0, "is out of range", "write more than 0, as in sample_allowed: 0.01"),
        (("audit", "sample_allowed"), 1.5, "is out of range", "write at most 1"),
        (("audit", "sample_allowed"), "1%", "is text, not a number", "sample_allowed: 0.01"),
        (("audit", "repeated_refusals", "keep"), 0, "is out of range", "write at least 1, as in keep: 20"),
        (("policies", "A b"), {}, "the key is not an id", "rename it"),
    ],
)
def test_what_and_fix(tmp_path: Path, path: tuple[Step, ...], value: Any, what: str, fix: str) -> None:
    config = valid()
    change(*path, to=value)(config)
    found = [(p.what, p.fix) for p in problems_of(tmp_path, config)]
    assert any(what in one and fix in other for one, other in found), found
    assert "hunter2" not in str(found)


def test_a_misspelt_key_is_not_called_missing_as_well(tmp_path: Path) -> None:
    config = valid()
    config["issuers"]["corp"]["audience"] = config["issuers"]["corp"].pop("audiences")
    (problem,) = problems_of(tmp_path, config)
    assert (problem.path, problem.fix) == ("issuers.corp.audience", "write audiences")


def test_an_unknown_key_beside_the_known_one_is_not_a_misspelling_of_it(tmp_path: Path) -> None:
    problem = said(tmp_path, *CORP, "audience", value=["api"])
    assert "write audiences" not in problem.fix


def test_a_value_of_a_union_is_explained_once(tmp_path: Path) -> None:
    problem = said(tmp_path, *CORP, "client_from", value=[["a", 5]])
    assert problem.path == "issuers.corp.client_from[0][1]"
