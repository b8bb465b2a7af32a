"""What a ForwardAuth takes from the client."""

from gateway.audit.estate.yaml_objects import read_documents
from gateway.audit.normal.traefik.asks import is_unsure, taken_headers
from gateway.config.tree import Node


def forward_auth(text: str) -> Node:
    (document,) = read_documents(text, "given.yaml")
    assert document.root is not None
    return document.root


def test_headers_are_taken_by_name_and_by_expression() -> None:
    cases: dict[str, frozenset[str]] = {
        "{address: x}": frozenset(),
        "{authResponseHeaders: [Authorization, X-A]}": frozenset({"authorization", "x-a"}),
        "{AUTHRESPONSEHEADERS: [cookie]}": frozenset({"cookie"}),
        "{authResponseHeadersRegex: ^X-Auth-S}": frozenset({"x-auth-subject", "x-auth-scopes"}),
        "{authResponseHeadersRegex: '^(Cookie|Authorization)$'}": frozenset({"cookie", "authorization"}),
        "{authResponseHeadersRegex: '^cookie$'}": frozenset(),
        "{authResponseHeadersRegex: '(?i)^cookie$'}": frozenset({"cookie"}),
    }
    assert {text: taken_headers(forward_auth(text)) for text in cases} == cases


def test_an_expression_that_may_cost_too_much_is_not_tried() -> None:
    for pattern in ("(a+)+$", ".*.*.*.*.*x", "(", "x" * 300):
        found = forward_auth(f"{{authResponseHeadersRegex: '{pattern}'}}")
        assert is_unsure(found), pattern
        assert taken_headers(found) == frozenset(), pattern
    assert not is_unsure(forward_auth("{address: x}"))
