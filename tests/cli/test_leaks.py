from tests.cli.configuration import Run


def test_it_says_what_it_is_for(gateway: Run) -> None:
    assert "gateway leaks" in gateway("leaks", "--help").out
