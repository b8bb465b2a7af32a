"""Both actions are declared beside those that search."""

from tests.cli.configuration import Run


def test_both_are_actions_of_leaks(gateway: Run) -> None:
    said = gateway("leaks", "--help").out
    assert {"fingerprint", "revoke"} <= set(said.split())
    for action in ("fingerprint", "revoke"):
        assert gateway("leaks", action).code == 2
