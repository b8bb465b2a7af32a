import yaml

from gateway.audit.admission.policies import POLICIES
from tests.cli.configuration import Run


def test_all_of_them_are_one_stream_of_objects(gateway: Run) -> None:
    ran = gateway("audit", "admission")
    assert (ran.code, ran.err) == (0, "")
    kinds = [one["kind"] for one in yaml.load_all(ran.out, yaml.CSafeLoader)]
    assert kinds == ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"] * len(POLICIES)


def test_some_of_them_with_another_action(gateway: Run) -> None:
    documents = list(
        yaml.load_all(gateway("audit", "admission", "ngx-006", "--action", "Warn").out, yaml.CSafeLoader)
    )
    assert [one["metadata"]["name"] for one in documents] == ["token-gateway-audit-ngx-006"] * 2
    assert documents[1]["spec"]["validationActions"] == ["Warn"]


def test_a_rule_that_has_none(gateway: Run) -> None:
    ran = gateway("audit", "admission", "COV-001")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no policy for 'COV-001'; choose from ENV-001, " in ran.err
