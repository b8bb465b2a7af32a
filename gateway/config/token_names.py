"""Which scopes, audiences, claims, algorithms and types does this text mean?"""

import re
from difflib import get_close_matches
from typing import Final

from gateway.config.problem import Unfit, show_value
from gateway.core.jwk import ALGORITHMS
from gateway.core.mint import OWN_CLAIMS
from gateway.core.policy import ClaimPath
from gateway.core.target import Oddity

RESERVED_CLAIMS: Final = OWN_CLAIMS | {"cnf", "act", "may_act"}
"""What a downstream token says of its own, or what only its issuer may say (RFC 8693, RFC 7800)."""


def parse_scope(text: str) -> str:
    """Read a scope-token (RFC 6749 section 3.3). Raises: Unfit, above all for several in one text."""
    if " " in text:
        raise Unfit("holds a space: these are several scopes", "write one scope an item")
    if text == "*":
        raise Unfit("* is no scope", "name every scope")
    if _SCOPE.fullmatch(text) is None:
        raise Unfit("is not a scope (RFC 6749 section 3.3)", 'use ASCII without spaces, " and \\')
    return text


def parse_audience(text: str) -> str:
    """Read an audience: a StringOrURI without spaces (RFC 7519 section 2). Raises: Unfit."""
    if text == "*":
        raise Unfit("* is no audience", "name the audience")
    if _AUDIENCE.fullmatch(text) is None:
        raise Unfit("is not an audience", 'use at most 512 ASCII characters without spaces, " and \\')
    return text


def parse_client(text: str) -> str:
    """Read a client id (RFC 6749 appendix A.1). Raises: Unfit."""
    if text == "*":
        raise Unfit("* is no client", "name every client")
    if _CLIENT.fullmatch(text) is None:
        raise Unfit("is not a client id", "use printable ASCII")
    return text


def parse_claim_path(text: str | tuple[str, ...]) -> ClaimPath:
    r"""Read `a.b`, where `\.` is a dot within a name, or the list of names.

    Raises: Unfit for empty names, and for a URL whose dots were not meant as steps.
    """
    if isinstance(text, tuple):
        return text
    if "://" in text and _STEP.search(text):
        raise Unfit(
            "is a claim named by a URL: its dots would be steps",
            "write \\. for a dot within a name, or the path as a list",
        )
    names = tuple(name.replace("\\.", ".") for name in _STEP.split(text))
    if "" in names:
        raise Unfit("has an empty name between dots", "write realm_access.roles")
    return names


def parse_claim_name(text: str) -> str:
    """Read the name of a claim at the top of a token. Raises: Unfit."""
    if _CLIENT.fullmatch(text) is None:
        raise Unfit("is not the name of a claim", "use printable ASCII")
    return text


def parse_copied_claim(text: str) -> str:
    """Read the name of a claim that may be copied. Raises: Unfit for a reserved one."""
    if text in RESERVED_CLAIMS:
        raise Unfit(f"{text} cannot be copied: the downstream token says its own", "remove it")
    return parse_claim_name(text)


def parse_algorithm(text: str) -> str:
    """Read a signature algorithm. Raises: Unfit for `none`, symmetric and unknown ones."""
    if text in ALGORITHMS:
        return text
    if text.lower() == "none" or text.upper().startswith("HS"):
        raise Unfit(f"{show_value(text)} lets anybody sign who can verify", "use ES256, EdDSA or RS256")
    nearest = get_close_matches(text, sorted(ALGORITHMS), n=1)
    fix = f"write {nearest[0]}" if nearest else "write one of " + ", ".join(sorted(ALGORITHMS))
    raise Unfit(f"{show_value(text)} is not a known algorithm", fix)


def parse_token_type(text: str) -> tuple[str | None]:
    """Read a header `typ` as it is compared (RFC 7515 section 4.1.9); `none` is its absence."""
    name = text.lower().removeprefix("application/")
    if _TYPE.fullmatch(name) is None:
        raise Unfit("is not a token type", "write JWT, at+jwt or none")
    return (None if name == "none" else name,)


def parse_oddity(text: str) -> str:
    """Read the name of a spelling that a route may admit. Raises: Unfit."""
    names = [oddity.value for oddity in Oddity]
    if text in names:
        return text
    nearest = get_close_matches(text, names, n=1)
    raise Unfit(
        f"{show_value(text)} is not a spelling that can be allowed",
        "write " + (nearest[0] if nearest else " or ".join(names)),
    )


# --- private ---

_SCOPE: Final = re.compile(r"[!#-\[\]-~]{1,256}")
_AUDIENCE: Final = re.compile(r"[!#-\[\]-~]{1,512}")
_CLIENT: Final = re.compile(r"[!-~](?:[ -~]{0,510}[!-~])?")
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}")
_STEP: Final = re.compile(r"(?<!\\)\.")
