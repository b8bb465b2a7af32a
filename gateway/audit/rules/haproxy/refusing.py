"""Does HAProxy refuse where it must, and take away what it should?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.haproxy_syntax import Line
from gateway.audit.exposure import Fails, Mechanism, Reaches, Tls
from gateway.audit.normal.haproxy_file import doors_for_octets, passages_of, texts_of
from gateway.audit.normal.haproxy_ingress_routes import routes_of
from gateway.audit.normal.haproxy_keys import config_of, of_config
from gateway.audit.normal.haproxy_questions import verified_variables
from gateway.audit.rule import Hit, Severity, View
from gateway.config.problem import show


def fails_open(view: View) -> Iterator[Hit]:
    """HAP-008."""
    for one in view.exposures:
        if one.controller not in _OF_HAPROXY or one.auth is None:
            continue
        if one.auth.fails is Fails.OPEN and one.auth.mechanism is Mechanism.CLIENT_CERTIFICATE:
            yield Hit(one.auth.place, "whoever comes is let in where the Secret of the CA cannot be read")
        elif one.auth.fails is Fails.OPEN:
            yield Hit(one.auth.place, "no rule refuses where this question is not answered with yes")
        elif one.auth.fails is Fails.UNKNOWN:
            what = "the script refuses by itself, and no rule does where it fails"
            yield Hit(one.auth.place, what, Severity.MEDIUM)


def survives(view: View) -> Iterator[Hit]:
    """HAP-009: who signs in with a password is told too, but less loudly."""
    for one in view.exposures:
        if one.controller not in _OF_FILES or one.auth is None or one.auth.mechanism in _WITHOUT_TOKEN:
            continue
        severity = Severity.MEDIUM if one.auth.mechanism is Mechanism.BASIC else None
        if one.token.reaches is Reaches.YES:
            yield Hit(one.token.place, "no rule takes Authorization away", severity)
        elif one.token.reaches is Reaches.CANNOT_TELL and one.backends:
            yield Hit(one.token.place, "it cannot be told that Authorization is taken away", Severity.MEDIUM)


def uncovered(view: View) -> Iterator[Hit]:
    """HAP-014."""
    asking = [one for one in view.exposures if one.controller in _OF_HAPROXY and one.is_protected]
    protected = {(one.controller, one.source.file if one.of is None else "", one.host) for one in asking}
    services = {one.auth.service for one in asking if one.auth is not None}
    for one in view.exposures:
        door = (one.controller, one.source.file if one.of is None else "", one.host)
        to_itself = all(backend in services for backend in one.backends)  # where it signs people in
        if one.auth is None and one.public is None and not to_itself and door in protected:
            host = show(one.host) if one.host else "any host"
            yield Hit(
                one.source, f"nobody is asked about {show(str(one.path))} of {host}", about=str(one.path)
            )
        if one.controller in _OF_HAPROXY and one.auth is not None and one.tls is Tls.PASSED_THROUGH:
            yield Hit(one.source, "TLS is passed through: nobody is asked, whatever else is written here")
    for text in texts_of(view.estate):
        for section in doors_for_octets(text):
            for line in section.of("http-request"):
                what = "mode is not http here: no rule about requests counts"
                yield Hit(line.place, what, about=section.name)
                break


def optional_certificate(view: View) -> Iterator[Hit]:
    """HAP-012."""
    for route in routes_of(view.estate):
        verify = route.keys.get("auth-tls-verify-client")
        if route.keys.get("auth-tls-secret") and verify is not None and verify.value != "on":
            yield Hit(verify.place, "auth-tls-verify-client is not on")
    config = config_of(view.estate, Controller.HAPROXYTECH)
    optional = of_config(config, "client-crt-optional")
    if of_config(config, "client-ca") and optional is not None and optional.value == "true":
        yield Hit(optional.place, "client-crt-optional is true")


def unverified_token(view: View) -> Iterator[Hit]:
    """HAP-013."""
    for _, passages in passages_of(view.estate):
        for rules in dict.fromkeys(one.chain.rules for one in passages):
            yield from _by_its_own_word(rules)


# --- private ---


def _by_its_own_word(rules: tuple[Line, ...]) -> Iterator[Hit]:
    written = [(line, " ".join(line.words)) for line in rules]
    verifying = [(line, found) for line, one in written if (found := _VERIFY.search(one)) is not None]
    if not verifying:
        yield from (
            Hit(line.place, "the token is read, and no jwt_verify has verified it")
            for line, one in written
            if "jwt_payload_query" in one or "jwt_header_query" in one
        )
    for line, found in verifying:
        pinned = f"var({found[1]}) -m str "
        if found[1].startswith(_SCOPES) and not any(pinned in one and "deny" in one for _, one in written):
            yield Hit(line.place, "no rule says which algorithms the token may name")
    verified = {f"var({name})" for name, how in verified_variables(rules).items() if how is Mechanism.JWT}
    for line in rules:
        for inside in _BRACES.findall(" ".join(line.words)):
            sample, *rest = inside.split() or [""]
            is_verdict = "jwt_verify(" in sample or sample in verified
            if is_verdict and rest[-1:] != ["1"]:
                what = "what jwt_verify says is not compared with 1: its failures are numbers too"
                yield Hit(line.place, what, about="compared")


_SCOPES: Final = ("txn.", "req.", "sess.", "proc.", "res.")
_BRACES: Final = re.compile(r"\{ ([^{}]*) \}")
_VERIFY: Final = re.compile(r"jwt_verify\(([A-Za-z0-9_.\"]+)")

_OF_FILES: Final = frozenset({Controller.HAPROXY, Controller.HAPROXYTECH})
_OF_HAPROXY: Final = _OF_FILES | {Controller.HAPROXY_INGRESS}
_WITHOUT_TOKEN: Final = frozenset({Mechanism.CLIENT_CERTIFICATE, Mechanism.API_KEY})
"""Whoever is known by these sends no Authorization."""
