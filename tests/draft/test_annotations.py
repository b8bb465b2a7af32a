"""What an operator is told of annotations."""

import pytest

from gateway.draft.annotations import is_canary, remarks, rewrites, wants_regex
from tests.draft.manifests import drafted, ingress


@pytest.mark.parametrize(
    "name", ["auth_url", "auth_type", "server_snippet", "mirror_target", "satisfy", "auth_tls_secret"]
)
def test_what_changes_who_gets_in_is_said_with_its_line(name: str) -> None:
    (remark,) = drafted(ingress(("Prefix", "/", "orders"), **{name: "x"})).remarks
    assert name.replace("_", "-") in remark.path
    assert remark.line == 7
    assert remark.fix


def test_others_are_not() -> None:
    assert (
        list(remarks({"nginx.ingress.kubernetes.io/proxy-body-size": "8m", "example.com/auth-url": "x"}))
        == []
    )


def test_what_they_mean() -> None:
    prefix = "nginx.ingress.kubernetes.io/"
    assert is_canary({f"{prefix}canary": "true"})
    assert not is_canary({f"{prefix}canary": "false"})
    assert wants_regex({f"{prefix}rewrite-target": "/$1"})
    assert wants_regex({f"{prefix}use-regex": "true"})
    assert not wants_regex({f"{prefix}use-regex": "false"})
    assert rewrites({f"{prefix}rewrite-target": "/$1"})
    assert not rewrites({})
