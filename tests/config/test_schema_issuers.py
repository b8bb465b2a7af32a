from typing import get_args

from gateway.config.schema_issuers import IssuerSection, PresetName
from gateway.core.presets import PRESETS


def test_the_presets_that_can_be_named_are_those_there_are() -> None:
    assert set(get_args(PresetName)) == set(PRESETS)


def test_nothing_that_weakens_is_a_default() -> None:
    issuer = IssuerSection(issuer="https://idp.example.com", audiences=("api",))
    assert issuer.preset == "rfc9068"
    assert not issuer.allow_http
    assert not issuer.allow_private_network
    assert IssuerSection.model_fields["audiences"].is_required()
