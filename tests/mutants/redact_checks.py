"""Which checks keep a secret out of what is passed on? Of the engine, its marks and its fingerprints."""

from typing import Final

from tests.mutants.mutant import Group, Mutant

REDACT_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/redact/settle.py",
        ("tests/redact/test_settle.py", "tests/redact/test_replace.py"),
        (
            Mutant("redact-looks-again", "            if not new:\n", "            if new is not None:\n"),
            Mutant(
                "redact-walls",
                "        if not self._walls:\n            return spans\n",
                "        return spans\n",
            ),
        ),
    ),
    Group(
        "gateway/redact/settle.py",
        ("tests/redact/test_stream.py",),
        (
            Mutant(
                "redact-nowhere-to-cut",
                "        if cut > 0:\n",
                "        if cut > 0 or (cut := len(line.line) // 2):\n",
            ),
        ),
    ),
    Group(
        "gateway/redact/pem.py",
        ("tests/redact/test_pem.py",),
        (Mutant("redact-held-back", "return Open(at)", "pass"),),
    ),
    Group(
        "gateway/redact/cut.py",
        ("tests/redact/test_cut.py",),
        (
            Mutant("cut-behind-a-name", " or _NAME.search(near[-_NAME_BYTES:]) is not None:", ":"),
            Mutant("cut-in-a-user-info", 'return b"://" not in near and', "return"),
            Mutant("cut-where-somebody-looks", "looked = max(looked, end)", "looked = least"),
        ),
    ),
    Group(
        "gateway/redact/stream.py",
        ("tests/redact/test_stream.py",),
        (Mutant("stream-rest-of-a-long-one", "self._swallowing = over is None", "self._swallowing = False"),),
    ),
    Group(
        "gateway/redact/judge.py",
        ("tests/redact/test_judge.py",),
        (
            Mutant("judge-brackets", 'return value[:1] != b"[" or not looks_random(value)', "return True"),
            Mutant("judge-one-time-codes", "if len(value) < 8 or", "if"),
        ),
    ),
    Group(
        "gateway/redact/known_key.py",
        ("tests/redact/test_known_key.py",),
        (
            Mutant("known-key-of-a-manual", 'value.endswith(b"EXAMPLE") or ', ""),
            Mutant("known-key-chance", " or entropy(value) < self._key.entropy:", ":"),
            Mutant("known-key-to-its-end", "        if self._more is not None:\n", "        if False:\n"),
        ),
    ),
    Group(
        "gateway/redact/mark.py",
        ("tests/redact/test_mark.py", "tests/redact/test_replace.py"),
        (
            Mutant(
                "mark-type",
                '_TYPE: Final = f"{_PART}(?:-{_PART}){{0,9}}"',
                '_TYPE: Final = "[A-Za-z0-9-]{1,64}"',
            ),
            Mutant("mark-beside-a-secret", "    if not holds_marks(value):\n", "    if True:\n"),
        ),
    ),
    Group(
        "gateway/redact/fingerprint.py",
        ("tests/redact/test_fingerprint.py",),
        (
            Mutant("fingerprint-keyed", "else bytes(key)).ljust(", 'else b"").ljust('),
            Mutant("fingerprint-key-length", "if len(key) < MIN_KEY_BYTES:", "if not key:"),
            Mutant("fingerprint-lengths", "return len(part).to_bytes(8) + part", "return part"),
            Mutant(
                "fingerprint-of-many-signatures",
                "if _is_signed_part(signed) and not",
                "if False and not",
            ),
            Mutant("fingerprint-of-what-is-no-jwt", "return text.startswith(_JSON_OBJECTS) and", "return"),
        ),
    ),
    Group(
        "gateway/redact/text.py",
        ("tests/redact/test_text.py",),
        (
            Mutant("own-log-looks-again", "        if text == before:\n", "        if True:\n"),
            Mutant(
                "own-log-without-an-end",
                "            return text\n    return MARK\n",
                "            return text\n    return text\n",
            ),
            Mutant("own-log-key-cut-short", "[A-Z0-9 ]{0,60}-----|\\Z)", "[A-Z0-9 ]{0,60}-----)"),
            Mutant("own-log-user-info", 'text = _USERINFO.sub(f"://{MARK}@", text)', "text = text"),
        ),
    ),
)
