from pydantic import ValidationError

from gateway.config.locate import by_place
from gateway.config.problem import Path
from gateway.config.schema_policies import PolicySection
from gateway.config.tree import Node, written_at


def located(value: object) -> dict[Path, list[str]]:
    tree: Node = written_at((1, 1), (), value)
    try:
        PolicySection.model_validate(tree.plain())
    except ValidationError as error:
        groups = by_place(error.errors(), tree)
        return {path: [place.kind for place in group] for path, group in groups.items()}
    return {}


def policy(*credentials: object) -> dict[str, object]:
    route = {"id": "a", "methods": ["GET"], "paths": ["/"]}
    return {
        "hosts": ["a"],
        "peers": ["::1"],
        "callers": {"network_alone": True},
        "credentials": list(credentials),
        "routes": [route],
    }


def test_the_tag_of_a_union_is_no_step() -> None:
    assert located(policy({"type": "header"})) == {("credentials", 0, "name"): ["missing"]}


def test_a_key_that_is_called_like_the_tag_is_a_step() -> None:
    assert located(policy({"type": "header", "name": "a", "header": "b"})) == {
        ("credentials", 0, "header"): ["extra_forbidden"]
    }


def test_a_list_of_which_nothing_is_good_is_not_called_empty() -> None:
    assert located(policy({"type": "x"})) == {("credentials", 0): ["union_tag_invalid"]}


def test_of_a_union_only_what_fits_best_is_told() -> None:
    value = policy({"type": "bearer"})
    route = {"id": "a", "methods": ["GET"], "paths": ["/"], "require": {"claims": [{"path": [5]}]}}
    value["routes"] = [route]
    assert located(value) == {("routes", 0, "require", "claims", 0, "path", 0): ["string_type"]}
