from gateway.config.json_schema import main_outline, policy_outline
from gateway.config.tree import written_at

TREE = written_at(
    (1, 1),
    (),
    {
        "issuers": {"corp": {"preset": "okta", "grants": [{}]}},
        "downstream": {"keys": {"store": "shared"}},
        "policies": {"orders": {"credentials": [{"type": "header"}, {"type": "x"}, {}]}},
    },
)


def test_keys() -> None:
    outline = main_outline()
    assert "issuers" in outline.keys(TREE, ())
    assert "preset" in outline.keys(TREE, ("issuers", "corp"))
    assert outline.keys(TREE, ("issuers", "corp", "grants", 0)) == ("claim", "value", "scopes")
    assert outline.keys(TREE, ("downstream", "keys")) == ("store", "path")
    assert outline.keys(TREE, ("policies", "orders", "credentials", 0)) == ("type", "name")
    assert outline.keys(TREE, ("policies", "orders", "credentials", 1)) == ()
    assert outline.keys(TREE, ("issuers",)) == ()
    assert outline.keys(TREE, ("nowhere", 7)) == ()


def test_tags() -> None:
    outline = main_outline()
    assert outline.tags(TREE, ("policies", "orders", "credentials", 1)) == (
        "bearer",
        "cookie",
        "header",
        "query",
        "websocket-protocol",
    )
    assert outline.tags(TREE, ("policies", "orders", "credentials", 0)) == ()


def test_examples_are_yaml_to_copy() -> None:
    outline = main_outline()
    corp = ("issuers", "corp")
    assert outline.example(TREE, (*corp, "leeway")) == "leeway: 30s"
    assert outline.example(TREE, (*corp, "audiences")) == "audiences: [https://api.example.com]"
    assert outline.example(TREE, (*corp, "nothing")) is None
    assert outline.example(TREE, (*corp, "grants", 0)) is None
    assert outline.example(TREE, ()) is None
    keys = outline.example(TREE, ("downstream", "keys"))
    assert keys == "keys: {path: keys/, store: directory}"


def test_an_included_file_has_policies_only() -> None:
    assert policy_outline().keys(TREE, ()) == ("policies",)
