"""Which checks keep our own authority small, its keys to ourselves, and proxies from being surprised?"""

from typing import Final

from tests.mutants.mutant import Group, Mutant

_SERVERS_ALONE: Final = (
    "        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)\n"
)

CERTIFICATE_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/certificates/authority.py",
        ("tests/certificates/test_authority.py",),
        (
            Mutant("ca-names", "        .add_extension(within, critical=True)\n", ""),
            Mutant(
                "ca-names-critical",
                ".add_extension(within, critical=True)",
                ".add_extension(within, critical=False)",
            ),
            Mutant("ca-addresses", '("0.0.0.0/0", "::/0")', '("0.0.0.0/0",)'),
            Mutant("ca-of-another-ca", "ca=True, path_length=0", "ca=True, path_length=None"),
            Mutant(
                "ca-made-of-a-certificate",
                "x509.BasicConstraints(ca=False, path_length=None)",
                "x509.BasicConstraints(ca=True, path_length=0)",
            ),
            Mutant("ca-shown-as-a-server", "digital_signature=not signs", "digital_signature=True"),
            Mutant(
                "ca-servers-alone",
                _SERVERS_ALONE + "        .add_extension(within",
                "        .add_extension(within",
            ),
            Mutant("ca-outlived", "until = min(now + life_s, authority.ends)", "until = now + life_s"),
            Mutant("ca-permits", 'name.endswith(f".{one}") for one', "name.endswith(one) for one"),
            Mutant(
                "ca-key-shown",
                "key: EllipticCurvePrivateKey = field(repr=False, compare=False)",
                "key: EllipticCurvePrivateKey",
            ),
        ),
    ),
    Group(
        "gateway/certificates/renewal.py",
        ("tests/certificates/test_renewal.py",),
        (
            Mutant("ca-waits", "authority.published + AUTHORITY_WAITS_S", "authority.published"),
            Mutant(
                "ca-waits-from-when-it-was-seen",
                " or authority.certificate not in served.believed:",
                ":",
            ),
            Mutant(
                "ca-two-at-most",
                "        if newest is not signing(authorities, now):\n",
                "        if False:\n",
            ),
            Mutant("certificate-other-authority", "not signs.has_signed(certificate) or ", ""),
            Mutant("certificate-other-names", " or names_of(certificate) != names", ""),
            Mutant(
                "ca-ended",
                "if one.ends > now]\n        if kept.authorities",
                "]\n        if kept.authorities",
            ),
        ),
    ),
    Group(
        "gateway/certificates/layout.py",
        ("tests/certificates/test_layout.py",),
        (
            Mutant(
                "ca-of-somebody-else",
                "        if server_files:\n",
                "        if False:\n",
            ),
            Mutant(
                "ca-key-of-another",
                "    if public_part(key) != _public_part(certificate):\n        raise",
                "    if False:\n        raise",
            ),
            Mutant(
                "certificate-key-of-another",
                "    if public_part(key) != _public_part(certificate):\n        return",
                "    if False:\n        return",
            ),
            Mutant("ca-under-another-name", "if found.id != own:", "if False:"),
        ),
    ),
    Group(
        "gateway/certificates/in_directory.py",
        ("tests/certificates/test_in_directory.py",),
        (
            Mutant("ca-directory-mode", "one.mkdir(mode=0o700, ", "one.mkdir("),
            Mutant(
                "ca-one-writer",
                "            with lock(self.path):\n                return",
                "            if True:\n                return",
            ),
            Mutant("ca-listed-last", "sorted(files, key=_LAST.__contains__)", "sorted(files)"),
        ),
    ),
    Group(
        "gateway/keys/durable.py",
        ("tests/keys/test_durable.py", "tests/certificates/test_in_directory.py"),
        (
            Mutant(
                "key-file-mode",
                "                give_to_owner(descriptor, path.parent)\n",
                "                os.fchmod(descriptor, 0o644)\n",
            ),
        ),
    ),
    Group(
        "gateway/certificates/in_secrets.py",
        ("tests/certificates/test_in_secrets.py",),
        (
            Mutant(
                "ca-secret-lost-race",
                "if await self._put(authorities, before, after):",
                "if [await self._put(authorities, before, after)]:",
            ),
            Mutant(
                "ca-secret-read-order",
                "return await self._get(self.name), await self._get(self.authority)",
                "return tuple(reversed([await self._get(self.authority), await self._get(self.name)]))",
            ),
        ),
    ),
    Group(
        "gateway/tls/names.py",
        ("tests/tls/test_names.py",),
        (
            Mutant(
                "tls-two-for-a-name",
                "if known.setdefault(key, thing) is not thing:",
                "if not known.setdefault(key, thing):",
            ),
            Mutant(
                "tls-wildcard-of-one-label",
                'self._wildcards.get(name.partition(".")[2])',
                'next((one for at, one in self._wildcards.items() if name.endswith("." + at)), None)',
            ),
        ),
    ),
    Group(
        "gateway/tls/validity.py",
        ("tests/tls/test_validity.py",),
        (Mutant("tls-ends-first", "return min((each for", "return max((each for"),),
    ),
    Group(
        "gateway/tls/server.py",
        ("tests/tls/test_server.py",),
        (Mutant("tls-key-of-a-listener-shown", "key: bytes = field(repr=False)", "key: bytes"),),
    ),
    Group(
        "gateway/tls/pair.py",
        ("tests/tls/test_pair.py",),
        (Mutant("tls-key-shown", "key: bytes = field(repr=False)", "key: bytes"),),
    ),
)
