from gateway.audit.exposure import PathKind, PathMatch, Reaches
from gateway.audit.normal.envoy_file import File, files_of
from gateway.audit.normal.envoy_jwt import askings_of, fate_of, is_optional, rules_of
from gateway.audit.normal.parts import EVERYWHERE
from gateway.config.tree import Node
from tests.audit.showing import estate_of

NEEDS = "requires: {provider_name: i}"
MATCH = "match: {prefix: /}"


def given(text: str) -> tuple[File, Node]:
    (file,) = files_of(estate_of(f"static_resources: {text}"))
    found = file.root.child("static_resources")
    assert found is not None
    return file, found


def node(text: str) -> Node:
    return given(text)[1]


def config(rules: str, providers: str = "i: {}") -> str:
    return f"{{providers: {{{providers}}}, rules: [{rules}]}}"


def test_what_lets_a_request_without_a_token_pass() -> None:
    assert is_optional(
        node("{requires_any: {requirements: [{provider_name: i}, {allow_missing_or_failed: {}}]}}")
    )
    assert not is_optional(node("{requires_any: {requirements: [{provider_name: i}]}}"))

    assert is_optional(node("{requires_all: {requirements: [{allow_missing: {}}]}}"))
    assert not is_optional(node("{requires_all: {requirements: [{allow_missing: {}}, {provider_name: i}]}}"))
    assert is_optional(node("{extract_only_without_validation: {}}"))


def test_which_paths_need_a_token() -> None:
    def paths(text: str) -> list[str]:
        file, one = given(text)
        return [f"{asking.paths[0]} but {[*map(str, asking.but)]}" for asking in askings_of(file, one, None)]

    header = "headers: [{name: x, present_match: true}]"
    cases = {
        config(f"{{{MATCH}, {NEEDS}}}"): ["/** but []"],
        config(f"{{match: {{path: /h}}}}, {{{MATCH}, {NEEDS}}}"): ["/** but ['= /h']"],
        config(f"{{match: {{prefix: /, {header}}}, {NEEDS}}}"): [],
        config(f"{{match: {{prefix: /, {header}}}}}, {{{MATCH}, {NEEDS}}}"): ["/** but ['/**']"],
        config(f"{{{MATCH}, requires: {{allow_missing: {{}}}}}}"): [],
    }
    assert {one: paths(one) for one in cases} == cases


def test_what_a_route_is_told_counts_in_place_of_the_rules() -> None:
    text = "{requirement_map: {some: {provider_name: i}}, rules: [{match: {path: /h}}]}"
    told = node("{requirement_name: some}")
    (rule,) = rules_of(node(text), told)
    assert (rule.path, rule.needs) == (EVERYWHERE, True)
    assert [one.needs for one in rules_of(node(text), node("{requirement_name: none}"))] == [False]
    assert [one.path.value for one in rules_of(node(text), None)] == ["/h"]


def test_what_becomes_of_a_token() -> None:
    def fate(text: str) -> str:
        found = fate_of(*given(text), None, PathMatch(PathKind.PREFIX, "/"))
        return found.reaches if found else "none"

    forward = "i: {forward: true}"
    either = "requires: {requires_any: {requirements: [{provider_name: i}, MORE]}}"
    failed = either.replace("MORE", "{allow_missing_or_failed: {}}")
    cases = [
        (fate(config(f"{{{MATCH}, {NEEDS}}}")), Reaches.NO),
        (fate(config(f"{{{MATCH}, {NEEDS}}}", forward)), Reaches.YES),
        (fate(config(f"{{{MATCH}, {NEEDS}}}", "i: {}, o: {forward: true}")), Reaches.NO),
        (fate(config(f"{{{MATCH}, {failed}}}")), Reaches.CANNOT_TELL),
        (fate(config(f"{{{MATCH}, {failed}}}", forward)), Reaches.YES),
        (fate(config(f"{{{MATCH}, {either.replace('MORE', '{allow_missing: {}}')}}}")), Reaches.NO),
        (
            fate(config(f"{{{MATCH}, requires: {{allow_missing: {{}}}}}}", f"{forward}, o: {{}}")),
            "cannot tell",
        ),
        (fate(config(f"{{{MATCH}}}", forward)), "none"),
        (fate(config(f"{{match: {{prefix: /a}}, {NEEDS}}}")), "none"),
    ]
    assert [case for case in cases if case[0] != case[1]] == []
