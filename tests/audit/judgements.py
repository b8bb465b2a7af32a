"""What do the tests of reports have reported?"""

import hashlib
from datetime import date

from gateway.audit.estate.place import Place
from gateway.audit.ignore import Ignore
from gateway.audit.judgement import Judged, Judgement
from gateway.audit.rule import Finding, Rule, Severity
from gateway.config.problem import Problem

HOSTILE = (
    "\x1b[31mred\x07\r\n::error title=x::y%0A | `code` <script>alert('1')</script> ]]> &amp; [a](http://e.example)"
    " ![i](x) @all :skull: \u202egnp\u2028 \udc80 \ufffe **bold** <!-- [red]x[/red] _u_ # x\x00"
)
"""More than any reader gives: names are quoted where they are read. What a file is named is not."""


def rule(name: str = "NGX-006", severity: Severity = Severity.HIGH) -> Rule:
    return Rule(
        id=name,
        title="The client's token reaches the backend",
        severity=severity,
        why="It is in each backend's logs. Whoever reads one comes in",
        fix="list Authorization in auth-response-headers",
        check=lambda _: (),
        references=("CVE-2026-0001", "https://kubernetes.github.io/ingress-nginx/"),
    )


def finding(
    of: Rule | None = None,
    *,
    file: str = "deploy/orders.yaml",
    line: int = 12,
    owner: str = "Ingress/shop/orders",
    what: str = "auth-response-headers lacks Authorization",
    pointer: str = "metadata.annotations.nginx.ingress.kubernetes.io/auth-url",
    about: str = "",
) -> Finding:
    of = of or rule()
    return Finding(of, Place(file, line, 5, owner, pointer), what, of.severity, about)


def judged(
    one: Finding | None = None,
    *,
    reason: str | None = None,
    is_known: bool = False,
    until: date | None = None,
) -> Judged:
    one = one or finding()
    ignored = Ignore((one.rule.id,), reason, until, one.place) if reason is not None else None
    fingerprint = hashlib.sha256(repr((one.rule.id, one.place.owner)).encode()).hexdigest()[:32]
    return Judged(one, fingerprint, ignored, is_known)


def judgement(
    *these: Judged,
    unread: tuple[Problem, ...] = (),
    remarks: tuple[str, ...] = (),
    fail_on: Severity | None = Severity.HIGH,
    has_baseline: bool = False,
) -> Judgement:
    return Judgement(
        judged=these,
        unread=unread,
        remarks=remarks,
        fail_on=fail_on,
        has_baseline=has_baseline,
        objects=3,
        files=1,
        exposures=4,
    )


def problem(file: str = "deploy/broken.yaml", what: str = "is not YAML") -> Problem:
    return Problem(file=file, line=3, column=7, path="", what=what, fix="close the quotation")


def mixed() -> Judgement:
    """One of everything."""
    return judgement(
        judged(),
        judged(finding(rule("NGX-019", Severity.MEDIUM), line=14)),
        judged(finding(rule("COV-001", Severity.CRITICAL), owner="Ingress/shop/open"), is_known=True),
        judged(
            finding(rule("NGX-011", Severity.HIGH), owner="Ingress/shop/old"),
            reason="it goes in May",
            until=date(2027, 5, 1),
        ),
        judged(finding(rule("SAT-009", Severity.INFO), file="stdin", line=0, owner="")),
        unread=(problem(),),
        remarks=("baseline: NGX-001 of Ingress/shop/gone is not found any more",),
        has_baseline=True,
    )


def hostile() -> Judgement:
    """The same place for everything that somebody else may have written."""
    one = finding(file=HOSTILE, owner=HOSTILE, what=HOSTILE, pointer=HOSTILE, about=HOSTILE)
    return judgement(
        judged(one),
        judged(one, reason=HOSTILE),
        unread=(problem(HOSTILE, HOSTILE),),
        remarks=(HOSTILE,),
    )
