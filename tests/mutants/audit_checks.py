"""Which judgements keep an open door from being reported as a closed one?"""

from typing import Final

from tests.mutants.mutant import Group, Mutant

AUDIT_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/audit/exposure.py",
        ("tests/audit/test_exposure.py",),
        (
            Mutant(
                "audit-asked-by-nobody",
                "if self.auth is None or self.auth.fails is Fails.OPEN or",
                "if self.auth is not None and self.auth.fails is Fails.OPEN or",
            ),
            Mutant("audit-fails-open", " or self.auth.fails is Fails.OPEN or", " or"),
            Mutant("audit-passed-through", " or self.tls is Tls.PASSED_THROUGH:", ":"),
            Mutant(
                "audit-some-methods",
                "return asked is None or (self.methods is not None and self.methods <= asked)",
                "return asked is None or self.methods is None or self.methods <= asked",
            ),
            Mutant(
                "audit-unknown-controller",
                "        if self.controller is Controller.UNKNOWN:\n",
                "        if False:\n",
            ),
        ),
    ),
    Group(
        "gateway/audit/coverage.py",
        ("tests/audit/test_coverage.py",),
        (
            Mutant(
                "audit-state-open", '(State.OPEN, "nobody is asked")', '(State.PUBLIC, "nobody is asked")'
            ),
            Mutant("audit-state-unknown", "    if auth.mechanism is Mechanism.UNKNOWN:\n", "    if False:\n"),
            Mutant("audit-state-fails", "    if auth.fails is Fails.UNKNOWN:\n", "    if False:\n"),
            Mutant("audit-state-fails-open", "    if auth.fails is Fails.OPEN:\n", "    if False:\n"),
            Mutant("audit-state-methods", "    if not one.is_protected:\n", "    if False:\n"),
            Mutant(
                "audit-shadow-rank", "            if first.rank >= one.rank:\n", "            if False:\n"
            ),
            Mutant("audit-shadow-conditions", "if one.rank and not one.conditions)", "if one.rank)"),
        ),
    ),
    Group(
        "gateway/audit/overlap.py",
        ("tests/audit/test_overlap.py",),
        (
            Mutant(
                "audit-covers-uncertain",
                "    if other.kind in {PathKind.REGEX, PathKind.UNKNOWN}:\n        return False\n",
                "",
            ),
            Mutant("audit-covers-unknown", "return path.kind is not PathKind.UNKNOWN", "return True"),
            Mutant(
                "audit-prefix-by-element",
                'other.value.startswith(f"{stem}/")',
                "other.value.startswith(stem)",
            ),
            Mutant(
                "audit-every-method",
                "return methods is None or (other is not None and other <= methods)",
                "return methods is None or other is None or other <= methods",
            ),
        ),
    ),
    Group(
        "gateway/audit/doors.py",
        ("tests/audit/test_doors.py", "tests/audit/rules/coverage/test_gaps.py"),
        (
            Mutant(
                "audit-asks-nobody",
                "return exposure.auth is None and bool",
                "return exposure.auth is not None and bool",
            ),
            Mutant(
                "audit-guarded-elsewhere",
                "if not self._guarded.isdisjoint(map(_door, exposure.backends)):",
                "if False:",
            ),
            Mutant("audit-proof-rewritten", " and not exposure.rewrites", ""),
            Mutant(
                "audit-behind-a-pattern",
                "if exposure.path.kind in {PathKind.REGEX, PathKind.UNKNOWN}:",
                "if False:",
            ),
        ),
    ),
    Group(
        "gateway/audit/suppress.py",
        ("tests/audit/test_suppress.py",),
        (
            Mutant(
                "audit-accepted-for-a-namesake",
                "if by_object and len(by_object) < self._namesakes[place.file, place.owner]:",
                "if False:",
            ),
            Mutant("audit-accepts-itself", "        if finding.rule.id in _OWN:\n", "        if False:\n"),
            Mutant(
                "audit-accepted-rule", "[one for one in beside if finding.rule.id in one.rules]", "[*beside]"
            ),
        ),
    ),
    Group(
        "gateway/audit/ignore.py",
        ("tests/audit/test_ignore.py",),
        (
            Mutant(
                "audit-accepted-until",
                "self.fault is None and not self.has_ended(today)",
                "self.fault is None",
            ),
            Mutant("audit-without-reason", "        fault = Fault.NO_REASON\n", "        pass\n"),
        ),
    ),
    Group(
        "gateway/audit/judgement.py",
        ("tests/audit/test_judgement.py",),
        (
            Mutant(
                "audit-too-much",
                "one.finding.severity.rank <= self.fail_on.rank",
                "one.finding.severity.rank < self.fail_on.rank",
            ),
        ),
    ),
)
