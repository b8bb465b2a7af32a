"""Does Caddy ask as it must?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.estate.containers import containers
from gateway.audit.normal.caddy_matchers import match_of
from gateway.audit.normal.caddy_questions import (
    asked_of,
    is_question,
    skips_verification,
)
from gateway.audit.normal.caddy_questions import (
    lets_all_by as lets_any_by,
)
from gateway.audit.normal.caddyfile import texts_of
from gateway.audit.rule import Hit, Severity, View
from gateway.config.problem import show


def unverified(view: View) -> Iterator[Hit]:
    """CDY-002."""
    for one, arguments in questions(view):
        asked = asked_of(one, arguments)
        if asked is None or asked.is_loopback:
            continue
        careless = skips_verification(one)
        if asked.scheme != "https":
            yield Hit(one.place, f"{show(asked.host)} is asked in clear")
        elif careless is not None:
            yield Hit(careless.place, f"the certificate of {show(asked.host)} is not verified")


def version(view: View) -> Iterator[Hit]:
    """CDY-008: where a program's image tells the version it is a finding, else a reminder."""
    copying = [one for one, _ in questions(view) if any(True for _ in one.within("copy_headers"))]
    if not copying:
        return
    known = [(one, found) for one in containers(view.estate) if (found := _IMAGE.search(one.image))]
    for one, found in known:
        if tuple(int(each) for each in found.groups("0")) < _MENDED:
            yield Hit(one.of.place(one.node), "this Caddy is older than 2.11.2", Severity.HIGH)
    if not known:
        yield Hit(copying[0].place, "it cannot be seen which Caddy reads this file")


def lets_all_by(view: View) -> Iterator[Hit]:
    """CDY-010."""
    for one, _ in questions(view):
        if lets_any_by(one):
            yield Hit(one.place, "a handle_response lets other answers than 2xx by")


def query(view: View) -> Iterator[Hit]:
    """CDY-011."""
    for one, _ in questions(view):
        for line in (*one.within("uri"), *one.within("rewrite")):
            if line.arguments and "?" not in line.arguments[0]:
                yield Hit(line.place, "this URI has no ? at its end")


def incomplete(view: View) -> Iterator[Hit]:
    """CDY-012."""
    for one, arguments in questions(view):
        name = "uri" if one.name == "forward_auth" else "rewrite"
        if not any(line.arguments for line in one.within(name)):
            yield Hit(one.place, f"it has no {name}")
        if not arguments and not any(True for _ in one.within("to")):
            yield Hit(one.place, "it names no server", about="server")


def without_end(view: View) -> Iterator[Hit]:
    """CDY-013."""
    for one, _ in questions(view):
        limits = (line for part in one.within("transport") for line in part.within("response_header_timeout"))
        if not any(True for _ in limits):
            yield Hit(one.place, "no response_header_timeout bounds its answer")


def untold(view: View) -> Iterator[Hit]:
    """CDY-014: forward_auth tells them by itself."""
    for one, _ in questions(view):
        told = {
            line.arguments[0].lower(): line.arguments[1:]
            for line in one.within("header_up")
            if line.arguments
        }
        lacking = [name for name, words in _TOLD.items() if told.get(name.lower(), ())[:1] not in words]
        if one.name != "forward_auth" and lacking:
            yield Hit(one.place, f"no header_up sets {', '.join(lacking)}")


def questions(view: View) -> Iterator[tuple[Directive, tuple[str, ...]]]:
    """Give every directive that asks, with its arguments."""
    for text in texts_of(view.estate):
        seen: set[object] = set()
        for one in _all(text.directives):
            if is_question(one) and one.place not in seen:
                seen.add(one.place)
                yield one, match_of(one, {})[1]


# --- private ---

_TOLD: Final = {
    "X-Forwarded-Uri": (("{http.request.uri}",), ("{uri}",), ("{http.request.orig_uri}",), ("{orig_uri}",)),
    "X-Forwarded-Method": (("{http.request.method}",), ("{method}",)),
}
_MENDED: Final = (2, 11, 2)
_IMAGE: Final = re.compile(r"(?:^|/)caddy:v?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?")


def _all(block: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in block:
        yield one
        yield from _all(one.block or ())
