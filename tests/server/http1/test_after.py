"""Three ways on, and no fourth."""

from gateway.server.http1.after import After


def test_a_connection_stays_closes_or_stays_the_old_way() -> None:
    assert {after.name for after in After} == {"CLOSE", "STAY", "STAY_1_0"}
