from gateway.config.json_schema import revocations_outline
from gateway.config.schema_revocations import RevokedEntry
from gateway.config.tree import written_at

TREE = written_at((1, 1), (), {"revoked": [{}]})


def test_every_key_has_an_example_for_the_advice() -> None:
    outline = revocations_outline()
    assert outline.keys(TREE, ("revoked", 0)) == tuple(RevokedEntry.model_fields)
    for key in RevokedEntry.model_fields:
        assert outline.example(TREE, ("revoked", 0, key)), key


def test_every_key_is_described() -> None:
    assert all(field.description for field in RevokedEntry.model_fields.values())
