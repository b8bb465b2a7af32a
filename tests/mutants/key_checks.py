"""Checks of our own keys: of the Secret that holds them, and of the times that they wait."""

from typing import Final

from tests.mutants.mutant import Group, Mutant

KEY_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/kubernetes/name.py",
        ("tests/kubernetes/test_name.py",),
        (
            Mutant(
                "secret-name",
                "_SUBDOMAIN.fullmatch(self.name) is None",
                "_SUBDOMAIN.match(self.name) is None",
            ),
            Mutant("secret-namespace", "_LABEL.fullmatch(self.namespace)", "_LABEL.match(self.namespace)"),
        ),
    ),
    Group(
        "gateway/kubernetes/secrets.py",
        ("tests/kubernetes/test_secrets.py",),
        (
            Mutant("secret-without-version", ' or not metadata.get("resourceVersion")', ""),
            Mutant(
                "secret-replaced-whatever-it-is",
                'changed = {**secret.found, "data": _encoded(contents)}',
                'changed = {**secret.found, "data": _encoded(contents)}\n'
                '        changed["metadata"] = {**changed["metadata"], "resourceVersion": None}',
            ),
            Mutant("secret-of-another-name", 'named != ("Secret", name.namespace, name.name) or ', ""),
            Mutant("secret-shown", "contents: Contents = field(repr=False)", "contents: Contents"),
            Mutant(
                "secret-object-shown",
                "found: Mapping[str, Any] = field(repr=False)",
                "found: Mapping[str, Any]",
            ),
            Mutant("secret-conflict", "if failed.status == 409 or gone:", "if gone:"),
            Mutant("secret-immutable", "if secret.immutable:", "if False:"),
            Mutant("secret-too-large", "if sum(map(len, contents.values())) > MAX_BYTES:", "if False:"),
            Mutant("secret-ca", "ca_file=server.ca_file,", "ca_file=None,"),
        ),
    ),
    Group(
        "gateway/kubernetes/failure.py",
        ("tests/kubernetes/test_failure.py",),
        (
            Mutant(
                "secret-rule-for-all",
                'return f"give it a Role in {name.namespace} with {rule}, resourceNames: [{name.name}]"',
                'return f"give it a Role in {name.namespace} with {rule}"',
            ),
        ),
    ),
    Group(
        "gateway/keys/secret.py",
        ("tests/keys/test_secret.py",),
        (
            Mutant(
                "secret-written-over",
                "if secret is not None and secret.contents:\n                return",
                "if secret is not None and len(secret.contents) > 1:\n                return",
            ),
            Mutant(
                "secret-race-lost",
                "if after == before or await self._put(secret, after):",
                "if after == before or await self._put(secret, after) is not None:",
            ),
            Mutant(
                "secret-first-race-lost",
                "if await self._put(secret, first):",
                "if [await self._put(secret, first)]:",
            ),
            Mutant("secret-old-keys-stay", "if re.fullmatch(KEY_FILE, name, re.ASCII) is None", "if True"),
        ),
    ),
    Group(
        "gateway/keys/rotation.py",
        ("tests/keys/test_rotation.py",),
        (
            Mutant("mounted-pending", "return PENDING_S + self.mounted_s", "return PENDING_S"),
            Mutant("mounted-retiring", "return RETIRING_S + self.mounted_s", "return RETIRING_S"),
        ),
    ),
)
