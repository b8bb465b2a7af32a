"""Which checks keep `gateway leaks` from showing a secret, missing one, or spoiling the deny list?"""

from typing import Final

from tests.mutants.mutant import Group, Mutant

LEAK_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/cli/leaks_redact.py",
        ("tests/cli/test_leaks_redact.py",),
        (
            Mutant(
                "leaks-packed",
                "        if form is not None:\n",
                "        if form is not None and not head:\n",
            ),
            Mutant(
                "leaks-packed-in-small-chunks",
                "        if not is_undecided(head):\n",
                "        if True:\n",
            ),
        ),
    ),
    Group(
        "gateway/cli/leaks_revoke.py",
        ("tests/cli/test_leaks_revoke.py",),
        (
            Mutant(
                "revoke-ours-not-listed",
                '"no time that is known"), open=True',
                '"no time that is known")',
            ),
            Mutant(
                "revoke-stranger-not-listed", "_STRANGER.format(name), open=True)", "_STRANGER.format(name))"
            ),
            Mutant(
                "revoke-not-written",
                "        return EX_FINDINGS\n    if as_json:",
                "        return code\n    if as_json:",
            ),
            Mutant(
                "revoke-token-as-argument", " and not is_fingerprint(arguments.fingerprint):", " and False:"
            ),
            Mutant("revoke-secret-in-why", "redact(why) != why or ", ""),
            Mutant("revoke-too-short", "_is_earlier(arguments.until, one.entry.until):", "False:"),
        ),
    ),
    Group(
        "gateway/leaks/scan.py",
        ("tests/leaks/test_scan.py",),
        (
            Mutant(
                "leaks-name-of-a-file",
                "self._file = without_secrets(file, finder, fingerprints)",
                "self._file = file",
            ),
        ),
    ),
    Group(
        "gateway/leaks/file_name.py",
        ("tests/leaks/test_file_name.py",),
        (Mutant("leaks-name-of-one-line", "one if one.isprintable() else _escaped(one)", "one"),),
    ),
    Group(
        "gateway/leaks/unpack.py",
        ("tests/leaks/test_unpack.py",),
        (
            Mutant("leaks-packed-bound", "self._unpack.unconsumed_tail + packed, CHUNK_BYTES)", "packed)"),
            Mutant("leaks-packed-cut-short", 'raise Damaged("ends too early")', "return"),
            Mutant(
                "leaks-behind-the-end",
                'raise Damaged("has something behind its end that is not compressed")',
                "return",
            ),
        ),
    ),
    Group(
        "gateway/leaks/pasted.py",
        ("tests/leaks/test_pasted.py",),
        (Mutant("leaks-more-than-a-token", "        if len(token.split()) > 1:\n", "        if False:\n"),),
    ),
    Group(
        "gateway/leaks/expression.py",
        ("tests/leaks/test_expression.py",),
        (Mutant("leaks-linear-time", "if _FIXED.fullmatch(text) is None:", "if False:"),),
    ),
    Group(
        "gateway/leaks/deny_entry.py",
        ("tests/leaks/test_deny_entry.py",),
        (
            Mutant("deny-vouched", "if by_jti and found.signature is Signature.GOOD:", "if by_jti:"),
            Mutant("deny-jti-quoted", 'return name in {"fingerprint", "until"}', 'return name != "why"'),
            Mutant("deny-jti-of-one-line", " and jti.isprintable()", ""),
            Mutant("deny-jti-no-token", ' and not jti.startswith("eyJ")', ""),
        ),
    ),
    Group(
        "gateway/leaks/deny.py",
        ("tests/leaks/test_deny.py",),
        (
            Mutant(
                "deny-nothing-else",
                "if not kept or after.fingerprints != was.fingerprints | fingerprints or",
                "if False and",
            ),
            Mutant("deny-one-writer", "        _take(descriptor, directory, attempts)\n", ""),
            Mutant("deny-outlived", " or _outlives(entry, content, file, now)", ""),
        ),
    ),
)
