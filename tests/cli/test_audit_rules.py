import pytest

from gateway.audit.changes import CHANGES
from gateway.audit.rules import RULES
from tests.cli.configuration import Run


def test_every_rule_is_listed(gateway: Run) -> None:
    ran = gateway("audit", "rules")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[:2] for line in ran.out.splitlines()] == [[o.id, o.severity.value] for o in RULES]


@pytest.mark.long
def test_one_is_explained_with_both_examples(gateway: Run) -> None:
    for rule in RULES:
        told = gateway("audit", "rules", rule.id).out
        assert told.startswith(f"{rule.id} {rule.title}\nseverity: {rule.severity.value}\nwhy: {rule.why}")
        assert f"\nfix: {rule.fix}" in told
        assert "\nobjected to (unsound" in told
        assert "\nright (sound" in told
        assert all(f"\nsee: {one}" in told for one in rule.references)
    assert gateway("audit", "rules", "ign-001").out == gateway("audit", "rules", "IGN-001").out


def test_a_change_of_the_door_is_explained_without_examples(gateway: Run) -> None:
    for change in CHANGES:
        told = gateway("audit", "rules", change.id).out
        assert told.startswith(f"{change.id} {change.title}\nseverity: {change.severity.value}\n")
        assert "objected to" not in told
    assert gateway("audit", "rules", "dif-001", "--json").document["examples"] == {"unsound": [], "sound": []}


def test_for_a_program(gateway: Run) -> None:
    assert [one["id"] for one in gateway("audit", "rules", "--json").document] == [one.id for one in RULES]
    document = gateway("audit", "rules", "IGN-001", "--json").document
    assert document["title"] == "A finding is to be accepted without a reason"
    assert document["examples"]["sound"][0]["name"] == "sound.yaml"


def test_one_that_is_not_there(gateway: Run) -> None:
    ran = gateway("audit", "rules", "NGX-999\x1b")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == 'gateway: "NGX-999\\u001b" is no rule; `gateway audit rules` lists them\n'
