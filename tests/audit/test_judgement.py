from gateway.audit.baseline import known_of
from gateway.audit.check import Checked
from gateway.audit.estate.estate import Estate
from gateway.audit.fingerprint import fingerprints
from gateway.audit.judgement import Judgement, judge
from gateway.audit.rule import Finding, Severity
from tests.audit.judgements import finding, judged, judgement, problem, rule
from tests.audit.showing import TODAY, estate_of

ACCEPTING = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    token-gateway.dev/ignore: "NGX-006: why"
"""


def of(*findings: Finding, estate: Estate | None = None) -> Checked:
    return Checked(estate or Estate(), (), findings)


def becomes(one: Judgement) -> list[tuple[str, bool]]:
    return [(each.finding.rule.id, each.counts) for each in one.judged]


def test_a_finding_counts_unless_it_is_known_or_accepted() -> None:
    a, b = finding(), finding(rule("NGX-019"))
    estate = estate_of(ACCEPTING, file="deploy/orders.yaml")
    baseline = (known_of(b, fingerprints((b,), estate)[0]),)
    assert becomes(judge(of(a, b))) == [("NGX-006", True), ("NGX-019", True)]
    assert becomes(judge(of(a, b, estate=estate), baseline=baseline, today=TODAY)) == [
        ("NGX-006", False),
        ("NGX-019", False),
    ]


def test_from_which_severity_on_it_is_too_much() -> None:
    these = [judged(finding(rule(severity=one))) for one in Severity]
    for fail_on, count in ((Severity.CRITICAL, 1), (Severity.HIGH, 2), (Severity.INFO, 5), (None, 0)):
        assert len(judgement(*these, fail_on=fail_on).failing) == count
    assert judgement(judged(is_known=True), judged(reason="why")).failing == ()


def test_the_severity_of_the_finding_counts_and_not_that_of_the_rule() -> None:
    worse = finding(rule(severity=Severity.LOW))._replace(severity=Severity.CRITICAL)
    assert len(judge(of(worse)).failing) == 1


def test_only_rules_that_were_asked_are_told_of() -> None:
    known = known_of(finding(rule("IGN-003")), "gone")
    told = judge(of(finding(), finding(rule("IGN-001"))), baseline=(known,), asked={"IGN-001"})
    assert becomes(told) == [("IGN-001", True)]
    assert told.remarks == ()


def test_entries_of_the_baseline_that_are_gone_are_told() -> None:
    gone = known_of(finding(rule("IGN-001")), "gone")
    no_rule = known_of(finding(rule("XXX-001"), owner=""), "gone too")
    assert judge(of(), baseline=(gone, no_rule)).remarks == (
        "baseline: IGN-001 of Ingress/shop/orders is not found any more: write the baseline anew",
        "baseline: XXX-001 of a file is no rule any more: write the baseline anew",
    )
    assert judge(of(), baseline=()).has_baseline
    assert not judge(of()).has_baseline


def test_what_accepts_nothing_is_told() -> None:
    estate = estate_of(ACCEPTING.replace("NGX-006", "IGN-001 XXX-001"))
    assert judge(of(estate=estate), today=TODAY).remarks == (
        "given.yaml:7:31 Ingress/shop/orders: IGN-001 is accepted, and finds nothing there: take it away",
        "given.yaml:7:31 Ingress/shop/orders: XXX-001 is accepted, and is no rule: take it away",
    )


def test_what_was_read_is_counted() -> None:
    told = judge(of(estate=estate_of(ACCEPTING)))
    assert (told.objects, told.files, told.exposures, told.unread) == (1, 0, 0, ())
    assert judge(of(estate=Estate(unread=(problem(),)))).unread == (problem(),)
