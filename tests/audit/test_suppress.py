from datetime import date

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.place import Place
from gateway.audit.rule import Finding
from gateway.audit.suppress import Suppressions
from tests.audit.judgements import rule
from tests.audit.showing import TODAY, estate_of

MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: shop
  annotations:
    token-gateway.dev/ignore: |
      NGX-006: why
      NGX-011: ended; until=2026-12-31
      NGX-012
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: shop}
"""
CONF = "# token-gateway: ignore NGX-006: above\nserver { # token-gateway: ignore NGX-007: beside\n}\n"


def found(name: str, owner: str = "ConfigMap/shop/a", file: str = "given.yaml", line: int = 1) -> Finding:
    of = rule(name)
    return Finding(of, Place(file, line, 1, owner, "data"), "what", of.severity, "")


def reasons(estate: Estate, *findings: Finding, today: date | None = TODAY) -> list[str | None]:
    suppressions = Suppressions(estate, today)
    return [one.reason if (one := suppressions.of(finding)) else None for finding in findings]


def test_an_annotation_is_about_its_object_and_the_rules_that_it_names() -> None:
    told = reasons(
        estate_of(MANIFEST),
        found("NGX-006"),
        found("NGX-006", line=3),
        found("NGX-006", owner="ConfigMap/shop/b"),
        found("NGX-006", file="other.yaml"),
        found("NGX-019"),
        found("NGX-012"),
    )
    assert told == ["why", "why", None, None, None, None]


def test_an_annotation_is_not_about_another_object_of_the_same_name() -> None:
    plain = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"
    assert reasons(estate_of(MANIFEST + plain), found("NGX-006")) == [None]
    assert reasons(estate_of(MANIFEST + "---\n" + MANIFEST), found("NGX-006")) == ["why"]


def test_an_end_that_is_over_accepts_nothing() -> None:
    assert reasons(estate_of(MANIFEST), found("NGX-011")) == [None]
    assert reasons(estate_of(MANIFEST), found("NGX-011"), today=date(2026, 12, 31)) == ["ended"]


def test_a_comment_is_about_its_line_or_the_next() -> None:
    def at(name: str, line: int) -> Finding:
        return found(name, owner="server", file="nginx.conf", line=line)

    estate = estate_of(CONF, file="nginx.conf")
    places = [at("NGX-006", n) for n in (1, 2, 3)] + [at("NGX-007", n) for n in (1, 2, 3)]
    assert reasons(estate, *places) == ["above", "above", None, None, "beside", None]


def test_a_finding_about_accepting_is_not_accepted() -> None:
    manifest = MANIFEST.replace("NGX-006: why", "IGN-001 IGN-002: why")
    assert reasons(estate_of(manifest), found("IGN-001"), found("IGN-002")) == [None, None]


def test_what_is_not_used_is_told_for_the_rules_that_were_asked() -> None:
    suppressions = Suppressions(estate_of(MANIFEST.replace("NGX-006:", "NGX-006 NGX-999:")), TODAY)
    assert [rule for _, rule in suppressions.unused()] == ["NGX-006", "NGX-999"]
    assert [rule for _, rule in suppressions.unused({"NGX-006"})] == ["NGX-999"]
    suppressions.of(found("NGX-006"))
    assert [rule for _, rule in suppressions.unused()] == ["NGX-999"]
