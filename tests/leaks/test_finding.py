from gateway.leaks.finding import Finding

ONE = Finding(
    type="jwt", file="a.log", line=2, column=5, start=9, end=99, fingerprint="tfp1_abcdefghijklmnop"
)


def test_a_line_names_place_type_and_fingerprint() -> None:
    assert str(ONE) == "a.log:2:5: jwt tfp1_abcdefghijklmnop (octets 9-99)"


def test_its_members_are_its_fields() -> None:
    assert ONE.as_members() == {
        "type": "jwt", "file": "a.log", "line": 2, "column": 5, "start": 9, "end": 99,
        "fingerprint": "tfp1_abcdefghijklmnop",
    }  # fmt: skip
