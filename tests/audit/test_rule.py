from gateway.audit.rule import Severity


def test_the_worst_comes_first() -> None:
    assert sorted(Severity, key=lambda one: one.rank) == [
        Severity.CRITICAL,
        Severity.HIGH,
        Severity.MEDIUM,
        Severity.LOW,
        Severity.INFO,
    ]
