"""From a stream and answers to a folder: all of it, or nothing."""

from pathlib import Path

import pytest

from gateway.config.problem import ConfigError
from gateway.dialects.snippets import Settings
from gateway.draft.begin import check_answers, draft, write
from gateway.draft.folder import checked
from gateway.draft.written import Answers
from tests.draft.manifests import drafted, ingress, stream

ONE = ingress(("Prefix", "/v1", "orders"))


def test_what_is_written_passes_the_check(tmp_path: Path) -> None:
    names = write(drafted(ONE), Answers(issuer="https://idp.example.com"), Settings(), tmp_path / "out")
    assert sorted(names) == [
        "gateway.yaml",
        "policies.d/orders.yaml",
        "snippets/orders.ingress-nginx.yaml",
        "values.yaml",
    ]
    world = checked(tmp_path / "out")
    assert world.warnings == ()
    assert world.snapshot.policies.keys() == {"orders"}


def test_policies_of_an_earlier_draft_are_no_longer_included(tmp_path: Path) -> None:
    answers = Answers(issuer="https://idp.example.com")
    write(drafted(ONE), answers, Settings(), tmp_path)
    other = ingress(("Prefix", "/v1", "orders"))
    other["metadata"]["name"] = "second"
    write(drafted(other), answers, Settings(), tmp_path)
    assert checked(tmp_path).snapshot.policies.keys() == {"second"}


@pytest.mark.parametrize(
    ("answers", "option"),
    [
        (Answers(issuer="idp.example.com"), "--issuer"),
        (Answers(issuer="http://idp.example.com"), "--issuer"),
        (Answers(issuer="https://idp.example.com?x"), "--issuer"),
        (Answers(issuer="https://a", audiences=("*",)), "--audience"),
        (Answers(issuer="https://a", peers=("0.0.0.0/0",)), "--peers"),
    ],
)
def test_answers_that_do_not_fit(answers: Answers, option: str) -> None:
    with pytest.raises(ValueError, match=option):
        check_answers(answers)


def test_a_host_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="--host"):
        draft(stream(ONE), "x", host="*")


def test_nothing_is_written_where_the_whole_does_not_compile(tmp_path: Path) -> None:
    answers = Answers(issuer="https://a", preset="google")
    with pytest.raises(ConfigError):
        write(drafted(ONE), answers, Settings(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
