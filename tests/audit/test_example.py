from gateway.audit.example import examples


def test_the_files_of_both_examples() -> None:
    (unsound,), (sound,) = examples("IGN-001", "unsound"), examples("IGN-001", "sound")
    assert (unsound.name, sound.name) == ("unsound.yaml", "sound.yaml")
    assert "kind: ConfigMap" in unsound.text
    assert unsound.text != sound.text


def test_no_rule_has_no_examples() -> None:
    assert examples("XXX-001", "sound") == ()
