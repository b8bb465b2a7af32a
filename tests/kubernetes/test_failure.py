"""Does each failure say what to change, and nothing of what was answered?"""

import pytest

from gateway.kubernetes.failure import ApiFailed, explained
from gateway.kubernetes.name import SecretName
from gateway.net.client import Method
from gateway.net.failure import FailureKind, FetchFailed

NAME = SecretName(namespace="shop", name="keys")


def status(number: int, method: Method = "GET") -> ApiFailed:
    return explained(FetchFailed(FailureKind.STATUS, status=number), method, NAME)


@pytest.mark.parametrize(("method", "verb"), [("GET", "get"), ("PUT", "update")])
def test_who_may_not_is_told_the_one_rule(method: Method, verb: str) -> None:
    failed = status(403, method)
    assert failed.fix == (
        f"give it a Role in shop with verbs: [{verb}], apiGroups: [''], resources: [secrets], "
        "resourceNames: [keys]"
    )
    assert not failed.passes


def test_a_rule_for_making_names_no_names_and_can_be_done_without() -> None:
    fix = status(403, "POST").fix
    assert "kubectl create secret generic keys -n shop" in fix
    assert fix.endswith("verbs: [create], apiGroups: [''], resources: [secrets]")


@pytest.mark.parametrize("number", [429, 500, 502, 503, 504])
def test_an_api_server_in_trouble_passes(number: int) -> None:
    assert status(number).passes


@pytest.mark.parametrize("number", [202, 400, 401, 403, 404, 405, 413, 418, 422])
def test_what_needs_a_person_does_not_pass(number: int) -> None:
    assert not status(number, "POST").passes


def test_an_account_that_is_not_known() -> None:
    assert "expired" in status(401).what
    assert "kubectl create token" in status(401).fix


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.STATUS])
def test_every_kind_is_explained(kind: FailureKind) -> None:
    failed = explained(FetchFailed(kind), "GET", NAME)
    assert failed.what
    assert failed.fix
    assert failed.passes == (kind in {FailureKind.CONNECT, FailureKind.TIMEOUT})
    assert str(failed) == f"{failed.what}. Fix: {failed.fix}."
