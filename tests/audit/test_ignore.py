from datetime import date

from gateway.audit.ignore import Fault, Ignore, ignores_of
from tests.audit.showing import estate_of


def annotated(written: str) -> tuple[Ignore, ...]:
    lines = "".join(f"      {line}\n" for line in written.splitlines())
    return tuple(
        ignores_of(
            estate_of(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n"
                f"    token-gateway.dev/ignore: |\n{lines or '      '}"
            )
        )
    )


def commented(text: str, file: str = "nginx.conf") -> tuple[Ignore, ...]:
    return tuple(ignores_of(estate_of(text, file=file)))


def test_rules_a_reason_and_an_end() -> None:
    for written, rules, reason, until in (
        ("NGX-006: it verifies the token", ("NGX-006",), "it verifies the token", None),
        ("NGX-006:why", ("NGX-006",), "why", None),
        ("NGX-006, NGX-011 COV-001 : why", ("NGX-006", "NGX-011", "COV-001"), "why", None),
        ("NGX-006: why; until=2027-01-31", ("NGX-006",), "why", date(2027, 1, 31)),
        ("NGX-006: a; b: c ;  until = 2027-01-31 ", ("NGX-006",), "a; b: c", date(2027, 1, 31)),
        ("NGX-006: valid until May", ("NGX-006",), "valid until May", None),
    ):
        (one,) = annotated(written)
        assert (one.rules, one.reason, one.until, one.fault) == (rules, reason, until, None), written


def test_what_accepts_nothing() -> None:
    for written, fault in (
        ("NGX-006", Fault.NO_REASON),
        ("NGX-006:", Fault.NO_REASON),
        ("NGX-006: ; until=2027-01-31", Fault.NO_REASON),
        ("NGX-006:   ", Fault.NO_REASON),
        ("", Fault.NO_RULE),
        (": why", Fault.NO_RULE),
        ("all: why", Fault.NO_RULE),
        ("*: why", Fault.NO_RULE),
        ("NGX: why", Fault.NO_RULE),
        ("ngx-006: why", Fault.NO_RULE),
        ("NGX-0061: why", Fault.NO_RULE),
        ("NGX-006: why; until=2027-02-30", Fault.NO_DATE),
        ("NGX-006: why; until=20270131", Fault.NO_DATE),
        ("NGX-006: why; until=", Fault.NO_DATE),
        ("NGX-006: why; until=tomorrow", Fault.NO_DATE),
    ):
        (one,) = annotated(written)
        assert one.fault is fault, written
        assert not one.holds(date(2020, 1, 1))


def test_one_line_for_each() -> None:
    found = annotated("NGX-006: why\n\nNGX-011: why not; until=2027-01-31")
    assert [one.rules for one in found] == [("NGX-006",), ("NGX-011",)]
    assert {str(one.place) for one in found} == {"given.yaml:6:31 ConfigMap/default/a"}


def test_it_holds_through_its_last_day() -> None:
    (one,) = annotated("NGX-006: why; until=2027-01-31")
    assert one.holds(date(2027, 1, 31))
    assert not one.holds(date(2027, 2, 1))
    assert one.holds(None)


def test_a_comment_of_a_proxys_file() -> None:
    alone, behind, other = commented(
        "server {\n"
        "  # token-gateway: ignore NGX-030: of one page; until=2027-01-31\n"
        "  auth_request off;  # token-gateway: ignore NGX-031: why\n"
        "  #token-gateway:ignore NGX-032\n"
        "}\n"
    )
    assert (alone.lines, alone.rules, alone.until) == ((2, 3), ("NGX-030",), date(2027, 1, 31))
    assert (behind.lines, behind.reason, behind.place.column) == ((3,), "why", 22)
    assert other.fault is Fault.NO_REASON


def test_other_comments_are_none() -> None:
    assert commented("server {\n  # ignore NGX-006: x\n  # token-gateway: ignored\n  listen 80;\n}\n") == ()


def test_comments_of_yaml_that_is_a_proxys() -> None:
    (one,) = commented("http: # token-gateway: ignore TRF-003: why\n  routers: {}\n", file="traefik.yaml")
    assert one.rules == ("TRF-003",)
