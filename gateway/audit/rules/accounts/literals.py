"""Is a secret written where everybody reads?

Only what can hardly be anything else is told, and never printed: a JWT whose header is one, a private key,
a password in a URL, tokens with a prefix of their maker, and what a variable's name says to be one.
"""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.containers import containers
from gateway.audit.estate.fields import items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyFile
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node


def _legacy_tokens(view: View) -> Iterator[Hit]:
    for one in view.estate.of("Secret"):
        kind = one.node.child("type")
        if text(kind) == "kubernetes.io/service-account-token":
            yield Hit(one.place(kind), "holds a token of a ServiceAccount that never expires")


def _literals(view: View) -> Iterator[Hit]:
    for one in view.estate.objects:
        if one.kind not in _OTHERWISE:
            yield from _in_object(one)
    for file in view.estate.files:
        yield from _in_file(file)
    for container in containers(view.estate):
        for variable in items(container.node, "env"):
            name, value = text(variable, "name") or "", text(variable, "value") or ""
            if _NAMED.search(name) and _is_literal(value) and _looks_secret(value) is None:
                what = f"the variable {show(name)} has its value written here"
                yield Hit(container.of.place(variable), what, Severity.MEDIUM)


LEGACY_TOKENS: Final = Rule(
    id="SAT-001",
    title="A ServiceAccount's token that never expires",
    severity=Severity.HIGH,
    why="Whoever reads the Secret once is that ServiceAccount until the Secret is deleted.",
    fix="delete it, and use TokenRequest or a projected volume",
    check=_legacy_tokens,
    references=(
        "https://kubernetes.io/docs/concepts/security/service-accounts/#authenticating-credentials",
        "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets",
    ),
)
LITERALS: Final = Rule(
    id="SAT-010",
    title="A secret is written into the configuration",
    severity=Severity.HIGH,
    why="Everybody who may read the object, the repository or a pod's description has it.",
    fix="put it into a Secret, refer to it, and replace the one that was written here",
    check=_literals,
    references=("https://kubernetes.io/docs/concepts/security/secrets-good-practices/",),
)


# --- private ---

_HINT: Final = re.compile(r"ey[JA]|://|-----BEGIN|[a-z]{2}[-_]|xox|AKIA|ASIA|AIza|hvs\.|(?i:bearer)")
"""What every pattern below needs: most values of most objects have none of it."""

_JWT: Final = re.compile(r"(?<![A-Za-z0-9_-])(ey[A-Za-z0-9_-]{10,2000})\.ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----")
_USERINFO: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://[^\s/?#@:$<>{}\"']*+:([^\s/?#@$<>{}\"']{1,200})@", re.ASCII
)
_PREFIXED: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}|glpat-[A-Za-z0-9_-]{20}"
    r"|xox[abprs]-[A-Za-z0-9-]{10}|(?:sk|rk)_live_[A-Za-z0-9]{16}|(?:AKIA|ASIA)[A-Z2-7]{16}|AIza[A-Za-z0-9_-]{35}"
    r"|hvs\.[A-Za-z0-9_-]{24})"
)
_BEARER: Final = re.compile(r"(?i:bearer)[ \t]+([A-Za-z0-9._~+/-]{20,}+)")
_NAMED: Final = re.compile(
    r"(?:PASSWORD|PASSWD|API_?KEY|SECRET|SECRET_KEY|CLIENT_SECRET|ACCESS_KEY|PRIVATE_KEY|_TOKEN|^TOKEN)$",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"^(?i:x+|\*+|change[-_ ]?me.*|replace.*|your[-_ ].*|example.*|redacted|none|null)$"
    r"|^[A-Z]+(?:_[A-Z]+)+$"
)


_OTHERWISE: Final = frozenset({"Secret", "CustomResourceDefinition"})
"""The one is for them, the other describes them."""


def _in_object(one: Object) -> Iterator[Hit]:
    for node, value in _texts(one.node):
        what = _looks_secret(value)
        if what is not None:
            yield Hit(one.place(node), f"{what} is written here")


def _in_file(file: ProxyFile) -> Iterator[Hit]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        what = _looks_secret(line)
        if what is not None:
            yield Hit(Place(file.file, number, 1, ""), f"{what} is written here", about=str(number))


def _texts(node: Node) -> Iterator[tuple[Node, str]]:
    """Every text below a node."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        match one.value:
            case dict() as members:
                waiting += members.values()
            case tuple() as these:
                waiting += these
            case str() as value if len(value) >= 12:
                yield one, value
            case _:
                pass


def _looks_secret(value: str) -> str | None:
    """Say what it looks like; None where it looks like nothing."""
    if _HINT.search(value) is None:
        return None
    if _PEM.search(value) is not None:
        return "a private key"
    if any(_is_header(found[1]) for found in _JWT.finditer(value)):
        return "a token"
    if any(_is_literal(found[1]) for found in _USERINFO.finditer(value)):
        return "a password in a URL"
    if _PREFIXED.search(value) is not None or any(_is_mixed(found[1]) for found in _BEARER.finditer(value)):
        return "a token"
    return None


def _is_header(segment: str) -> bool:
    try:
        return b'"alg"' in urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (ValueError, binascii.Error):
        return False


def _is_literal(value: str) -> bool:
    return (
        len(value) >= 4
        and not value.startswith(("$", "/", "file:", "env:", "<", "{"))
        and " " not in value
        and value.lower() not in {"true", "false"}
        and _PLACEHOLDER.match(value) is None
    )


def _is_mixed(value: str) -> bool:
    """Whether it has letters and digits, as no word of a sentence has."""
    return any(one.isdigit() for one in value) and any(one.isalpha() for one in value)
