from gateway.audit.exposure import Auth, Mechanism, PathKind, PathMatch
from gateway.audit.normal.parts import EVERYWHERE, Asking, parts
from tests.audit.routes import HERE

ASKED = Auth(mechanism=Mechanism.EXTERNAL, place=HERE)
TOKEN = Auth(mechanism=Mechanism.JWT, place=HERE)
HEALTH, API = PathMatch(PathKind.EXACT, "/health"), PathMatch(PathKind.BEGINS_WITH, "/api")


def divided(*askings: Asking, rest: bool = True) -> list[str]:
    names = {None: "open", ASKED: "asked", TOKEN: "token"}
    return [f"{one.path} {names[one.auth]}" for one in parts(EVERYWHERE, askings, rest=rest)]


def test_who_is_asked_about_which_part() -> None:
    cases = {
        "nobody": (divided(), ["/** open"]),
        "nobody, and the rest is refused": (divided(rest=False), []),
        "everything": (divided(Asking(ASKED)), ["/** asked"]),
        "a part": (divided(Asking(ASKED, (API,))), ["/api* asked", "/** open"]),
        "a part, and the rest is refused": (divided(Asking(ASKED, (API,)), rest=False), ["/api* asked"]),
        "all but one": (divided(Asking(ASKED, but=(HEALTH,))), ["/** asked", "= /health open"]),
        "the exception is another's": (
            divided(Asking(ASKED, but=(HEALTH,)), Asking(TOKEN)),
            ["/** asked", "= /health token"],
        ),
        "the first whole one counts": (divided(Asking(None), Asking(ASKED)), ["/** open"]),
        "all is excepted": (divided(Asking(ASKED, but=(EVERYWHERE,))), ["/** open"]),
    }
    assert {case: found for case, (found, wanted) in cases.items() if found != wanted} == {}
