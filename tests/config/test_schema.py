import pytest
from pydantic import BaseModel, ValidationError

from gateway.config import schema, schema_issuers, schema_policies
from gateway.config.schema import GatewayFile, GrpcListener, ListenersSection, PolicyFile
from gateway.config.schema_types import Section


def models() -> list[type[BaseModel]]:
    modules = (schema, schema_issuers, schema_policies)
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [one for one in found if issubclass(one, BaseModel) and one is not Section]


def test_every_section_forbids_unknown_keys_and_change_and_converts_nothing() -> None:
    assert len(models()) > 15
    for model in models():
        assert model.model_config.get("extra") == "forbid", model
        assert model.model_config.get("frozen") is True, model
        assert model.model_config.get("strict") is True, model
        assert model.model_config.get("hide_input_in_errors") is True, model


def test_the_defaults_of_the_listeners() -> None:
    listeners = ListenersSection()
    assert (listeners.decision.port, listeners.keys.port) == (4180, 8081)
    assert (listeners.admin.host, listeners.admin.port) == ("127.0.0.1", 9090)
    assert listeners.grpc is None
    assert (GrpcListener().host, GrpcListener().port) == ("0.0.0.0", 4181)


@pytest.mark.parametrize("model", [GatewayFile, PolicyFile])
def test_an_empty_file_is_none(model: type[Section]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({})
