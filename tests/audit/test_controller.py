from gateway.audit.controller import Controller


def test_names_are_fit_for_a_command_line() -> None:
    assert all(one.value == one.value.lower() and " " not in one.value for one in Controller)
