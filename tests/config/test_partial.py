from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.json_schema import main_outline, policy_outline
from gateway.config.partial import Fitted, fit, touches
from gateway.config.schema import GatewayFile, PolicyFile
from gateway.config.tree import written_at
from tests.config.files import valid


def fitted(value: Any) -> Fitted[GatewayFile]:
    return fit(written_at((1, 1), (), value), GatewayFile, main_outline(), "f.yaml")


def test_a_good_file_is_left_alone() -> None:
    whole = fitted(valid())
    assert whole.model is not None
    assert (whole.problems, whole.damaged) == ((), frozenset())
    assert whole.tree == written_at((1, 1), (), valid())


def test_what_is_wrong_is_left_out_and_the_rest_stays() -> None:
    config = valid()
    config["policies"]["orders"]["hosts"].append(5)
    config["issuers"]["corp"]["leeway"] = 7
    part = fitted(config)
    assert part.model is not None
    assert part.model.policies is not None
    assert part.model.policies["orders"].hosts == ("api.example.com", "*.shop.example.com:8443")
    assert part.model.issuers["corp"].leeway == "30s"
    assert part.damaged == {("policies", "orders", "hosts", 2), ("issuers", "corp", "leeway")}
    assert len(part.problems) == 2


def test_what_is_missing_is_stood_in_for() -> None:
    config = valid()
    del config["downstream"]
    del config["policies"]["orders"]["hosts"]
    part = fitted(config)
    assert part.model is not None
    assert part.damaged == {("downstream",), ("policies", "orders", "hosts")}
    assert [problem.what for problem in part.problems] == ["is missing", "is missing"]


def test_consequences_are_not_told() -> None:
    config = valid()
    config["issuers"] = {"corp": 5}
    assert [problem.path for problem in fitted(config).problems] == ["issuers.corp"]


def test_nothing_at_all_is_still_judged() -> None:
    part = fitted({})
    assert {problem.path for problem in part.problems} == {"issuers", "downstream"}


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["policies", "orders", "hosts", "routes", "credentials", "type", "name", "id", "require", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True)
@given(value=st.dictionaries(st.sampled_from(["policies", "x"]), json, max_size=2))
def test_it_ends_and_never_raises(value: Any) -> None:
    part = fit(written_at((1, 1), (), value), PolicyFile, policy_outline(), "f.yaml")
    assert part.problems
    fitted(value)


def test_touches() -> None:
    damaged = [("a", 0, "b")]
    for path in ((), ("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "b", "c")):
        assert touches(path, damaged)
    for other in (("a", 1), ("a", 0, "c"), ("b",)):
        assert not touches(other, damaged)
    assert not touches((), [])
