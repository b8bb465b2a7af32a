from tests.cli.configuration import Run


def test_each_action_says_what_it_is_for(gateway: Run) -> None:
    assert gateway("leaks").code == 2
    for action in ("scan", "redact"):
        ran = gateway("leaks", action, "--help")
        assert ran.code == 0
        assert f"usage: gateway leaks {action} " in ran.out
        assert action in gateway("leaks", "--help").out
