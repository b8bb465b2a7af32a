r"""Which values stand beside a name, with more between them than punctuation?

Pairs, as HAR files, collections of Postman, manifests of Kubernetes and protobuf's text have them:
`"name": "X-Api-Key", "value": "x"`, also over the end of a line. Elements of XML. Options of a command. What
SQL and `.netrc` say in words: `PASSWORD 'x'`, `IDENTIFIED BY 'x'`, `login alice password x`.
"""

import re
from typing import Final

from gateway.redact import values
from gateway.redact.between import QUOTE, until
from gateway.redact.judge import touches_a_word
from gateway.redact.names import HEADERS, PASSWORDS, SECRETS
from gateway.redact.span import NOTHING, Looked, Measured, Open, Reach

_SECRETS: Final = f"(?i:{SECRETS}|{PASSWORDS}|{HEADERS})"
PAIR_WORDS: Final = (*values.NAMED_WORDS, *values.HEADER_WORDS)
PAIR_START: Final = (
    rf"(?i:name|key)(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?:{QUOTE})?[A-Za-z0-9_.-]{{0,40}}{_SECRETS}"
)
ELEMENT_START: Final = rf"<(?:[A-Za-z0-9-]{{1,20}}:)?[A-Za-z0-9_.-]{{0,40}}(?i:{SECRETS}|{PASSWORDS})[ >]"
OPTION_START: Final = rf"--(?:[a-z0-9]{{1,20}}-){{0,4}}(?i:{SECRETS}|{PASSWORDS})[ ]{{1,3}}"

WORDS: Final = ("password", "identified", "login")
WORDS_START: Final = (
    r"(?:(?i:password)[ ]{1,3}'|(?i:identified(?: with [a-z0-9_']{1,40})? by)[ ]{1,3}'"
    r"|login[ ]{1,3}[^\x00-\x20]{1,64}[ ]{1,3}password[ ]{1,3})"
)


def pair(text: bytes, at: int, reach: Reach) -> Measured:
    """After `name: ...` and `value:`, in one line or in two."""
    name = _PAIR_NAME.match(text, at, reach.end)
    if name is None:
        return NOTHING
    value = _PAIR_VALUE.match(text, name.end(), reach.end)
    if value is None:
        unfinished = not reach.whole and _LINE_END.match(text, name.end(), reach.end) is not None
        return Open(at) if unfinished else NOTHING
    quote = value["quote"]
    found = values.extent(text, value.end(), reach, until(quote))
    measured = values.named_value(found, name["name"], quoted=quote is not None)
    if measured and not isinstance(measured, Looked):
        return measured
    end = found.all_of_it()
    return Looked(end + _MOST_BEHIND, ((found.start, end),) if b"\n" in value[0] else ())


def element(text: bytes, at: int, reach: Reach) -> Measured:
    """Between a tag and the next."""
    tag = _TAG.match(text, at, reach.end)
    if tag is None:
        return NOTHING
    found = values.extent(text, tag.end(), reach, _ELEMENT)
    if not text.startswith(b"</", found.end):
        return Looked(found.end + _MOST_BEHIND)
    return values.named_value(found, tag["name"])


def option(text: bytes, at: int, reach: Reach) -> Measured:
    """After an option of a command and a space."""
    name = _OPTION.match(text, at, reach.end)
    if name is None:
        return NOTHING
    found = values.extent(text, name.end(), reach, until(name["quote"]))
    return values.named_value(found, name["name"], sure=name["quote"] is not None)


def said(text: bytes, at: int, reach: Reach) -> Measured:
    """After words that say that a password follows. Small ones may be of a sentence."""
    words = _SAID.match(text, at, reach.end)
    if words is None or touches_a_word(text, at, reach.floor):
        return NOTHING
    quoted = words[0].endswith(b"'")
    found = values.extent(text, words.end(), reach, until(b"'" if quoted else None))
    sure = not quoted or words[0][:8] != b"password"
    return values.named_value(found, b"password", quoted=quoted, sure=sure)


# --- private ---

_MOST_BEHIND: Final = 256
_SAID: Final = re.compile(WORDS_START.encode())

_PAIR_NAME: Final = re.compile(
    rf"(?i:name|key)(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?:{QUOTE})?[A-Za-z0-9_.-]{{0,40}}?"
    rf"(?P<name>{_SECRETS})(?:{QUOTE})?".encode()
)
_PAIR_VALUE: Final = re.compile(
    rf"[ ]{{0,2}},?[ ]{{0,2}}(?:\r?\n[ \t]{{0,64}})?"
    rf"(?:{QUOTE})?[Vv]alue(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?P<quote>{QUOTE})?".encode()
)
_LINE_END: Final = re.compile(rb"[ ]{0,2},?[ ]{0,2}\r?\n[ \t]{0,64}\Z")
_TAG: Final = re.compile(
    rf"<(?:[A-Za-z0-9-]{{1,20}}:)?[A-Za-z0-9_.-]{{0,40}}?(?P<name>(?i:{SECRETS}|{PASSWORDS}))"
    r"(?:[ ][^<>\x00-\x1f]{0,120})?(?<!/)>".encode()
)
_ELEMENT: Final = re.compile(rb"[^<>\x00-\x1f]*+")
_OPTION: Final = re.compile(
    rf"--(?:[a-z0-9]{{1,20}}-){{0,4}}(?P<name>(?i:{SECRETS}|{PASSWORDS}))[ ]{{1,3}}"
    rf"(?P<quote>{QUOTE})?".encode()
)
