from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from gateway.audit.judgement import Judgement
from gateway.audit.reports.junit import render
from gateway.audit.rule import Severity
from tests.audit.judgements import finding, hostile, judged, judgement, mixed, rule


def suites(one: Judgement) -> dict[str, TestSuite]:
    """As a reader of such reports has it, which is not ours."""
    return {suite.name: suite for suite in JUnitXml.fromstring(render(one).encode())}


def only(suite: TestSuite) -> TestCase:
    (case,) = suite
    return case


def test_what_is_too_much_is_a_failure_with_why_and_the_fix() -> None:
    case = next(one for one in suites(mixed())["Ingress/shop/orders"] if one.name.startswith("NGX-006 "))
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("high", "auth-response-headers lacks Authorization")
    assert failure.text == (
        "deploy/orders.yaml:12:5 auth-response-headers lacks Authorization\n"
        "Why: It is in each backend's logs. Whoever reads one comes in.\n"
        "Fix: list Authorization in auth-response-headers."
    )


def test_what_is_not_too_much_passes_and_is_told() -> None:
    case = next(one for one in suites(mixed())["Ingress/shop/orders"] if one.name.startswith("NGX-019 "))
    assert case.result == []
    assert "deploy/orders.yaml:14:5" in case.system_out


def test_what_is_accepted_or_known_is_skipped_and_says_why() -> None:
    (accepted,) = only(suites(mixed())["Ingress/shop/old"]).result
    (known,) = only(suites(mixed())["Ingress/shop/open"]).result
    assert isinstance(accepted, Skipped)
    assert accepted.message == "accepted: it goes in May"
    assert known.message == "in the baseline"


def test_what_could_not_be_read_is_an_error() -> None:
    (error,) = only(suites(mixed())["what could not be read"]).result
    assert isinstance(error, Error)
    assert error.text == "deploy/broken.yaml:3:7 is not YAML. Fix: close the quotation."


def test_several_places_of_one_rule_and_object_are_one_case() -> None:
    found = suites(judgement(judged(finding(line=1)), judged(finding(line=2))))["Ingress/shop/orders"]
    assert (found.tests, found.failures) == (1, 1)
    assert only(found).result[0].text.count("deploy/orders.yaml:") == 2


def test_the_counts_are_those_of_the_cases() -> None:
    whole = JUnitXml.fromstring(render(mixed()).encode())
    assert (whole.tests, whole.failures, whole.errors) == (6, 1, 1)
    for suite in whole:
        said = suite.tests, suite.failures, suite.errors, suite.skipped
        suite.update_statistics()  # type: ignore[no-untyped-call]
        assert said == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_nothing_found_is_one_case_that_passes() -> None:
    assert only(suites(judgement())["gateway audit"]).name == "nothing was found"


def test_with_never_nothing_fails() -> None:
    found = suites(judgement(judged(finding(rule(severity=Severity.CRITICAL))), fail_on=None))
    assert only(found["Ingress/shop/orders"]).result == []


def test_a_hostile_name_is_one_attribute() -> None:
    whole = JUnitXml.fromstring(render(hostile()).encode())
    assert (whole.tests, whole.failures, whole.errors) == (2, 1, 1)
    assert r"\x1b[31m" in next(iter(whole)).name
