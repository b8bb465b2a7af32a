from gateway.config.schema_policies import CorsSection, PolicySection, RouteSection


def test_nothing_that_weakens_is_a_default() -> None:
    assert RouteSection.model_fields["access"].default == "token"
    assert RouteSection.model_fields["websocket"].default is False
    assert RouteSection.model_fields["allow_in_path"].default is None
    assert CorsSection.model_fields["credentials"].default is False
    for name in ("hosts", "credentials", "routes"):
        assert PolicySection.model_fields[name].is_required()
    for name in ("id", "methods", "paths"):
        assert RouteSection.model_fields[name].is_required()
