from gateway.audit.changes import CHANGES
from gateway.audit.rule import View
from tests.audit.showing import estate_of


def test_every_change_has_an_id_of_its_own_and_is_no_rule() -> None:
    assert [one.id for one in CHANGES] == [f"DIF-{number:03}" for number in range(1, len(CHANGES) + 1)]
    nothing = View(estate=estate_of(""), exposures=())
    assert [hit for one in CHANGES for hit in one.check(nothing)] == []
