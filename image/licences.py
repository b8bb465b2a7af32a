"""Under which licence is a distribution, and may it be in the image?"""

from importlib.metadata import Distribution
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name

ALLOWED: Final = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}
)
"""SPDX identifiers. MPL-2.0 asks for the source of changed files alone; nothing is changed here."""

SPELLINGS: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
}
"""What the field `License` holds in metadata older than PEP 639: free text, or a licence's first line."""

CLASSIFIERS: Final = {"License :: OSI Approved :: MIT License": "MIT"}
"""Where neither field is there. Only of those that name one licence: `BSD License` is any of three."""

KNOWN: Final = {"google-re2": "BSD-3-Clause"}
"""Where the metadata says no more than `BSD License`: as the LICENSE of its repository has it
(https://github.com/google/re2/blob/main/LICENSE)."""

_OPERATORS: Final = frozenset({"AND", "OR", "WITH"})


class LicenceRefused(Exception):
    """A distribution says no licence, an unknown one, or one that is not allowed."""


def licence_of(distribution: Distribution) -> str:
    """Give the SPDX expression. Raises: LicenceRefused."""
    said = (
        _field(distribution, "License-Expression")
        or _field(distribution, "License")
        or _classified(distribution)
        or KNOWN.get(canonicalize_name(distribution.name), "")
    )
    try:
        expression = str(canonicalize_license_expression(SPELLINGS.get(said, said)))
    except InvalidLicenseExpression:
        raise LicenceRefused(f"{distribution.name}: no SPDX expression: {said!r}") from None
    if refused := _identifiers(expression) - ALLOWED:
        raise LicenceRefused(f"{distribution.name}: not allowed: {', '.join(sorted(refused))}")
    return expression


# --- private ---


def _field(distribution: Distribution, name: str) -> str:
    """Its first line; empty where there is none."""
    values = distribution.metadata.get_all(name) or [""]
    return str(values[0]).strip().partition("\n")[0]


def _classified(distribution: Distribution) -> str:
    """What its only classifier of a licence says; empty where there is none, or more than one."""
    classifiers = distribution.metadata.get_all("Classifier") or []
    licences = [one for one in classifiers if one.startswith("License ::")]
    return CLASSIFIERS.get(licences[0], "") if len(licences) == 1 else ""


def _identifiers(expression: str) -> set[str]:
    return set(expression.replace("(", " ").replace(")", " ").split()) - _OPERATORS
