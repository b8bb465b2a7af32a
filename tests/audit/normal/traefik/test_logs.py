"""What the access log writes down."""

from gateway.audit.normal.traefik.logs import logged
from gateway.audit.normal.traefik.static import installations
from tests.audit.showing import estate_of

NO_QUERY = "names: {RequestPath: drop, RequestLine: drop}"
CASES = {
    "{}": [],
    "{accessLog: null}": [],
    "{accessLog: false}": [],
    "{accessLog: {}}": ["query"],
    "{accessLog: {format: json}}": ["query"],
    "{accessLog: {fields: {names: {RequestPath: drop}}}}": ["query"],
    f"{{accessLog: {{fields: {{{NO_QUERY}}}}}}}": [],
    "{accessLog: {fields: {defaultMode: drop}}}": [],
    "{accessLog: {fields: {defaultMode: drop, names: {RequestPath: keep}}}}": ["query"],
    "{accessLog: {fields: {queryParameters: {defaultMode: drop}}}}": [],
    f"{{accessLog: {{fields: {{{NO_QUERY}, headers: {{defaultMode: keep}}}}}}}}": ["every header"],
    f"{{accessLog: {{fields: {{{NO_QUERY}, headers: {{defaultMode: redact}}}}}}}}": [],
    f"{{accessLog: {{fields: {{{NO_QUERY}, headers: {{names: {{Cookie: keep, A: drop}}}}}}}}}}": ["cookie"],
}


def test_fields() -> None:
    found = {}
    for case in CASES:
        text = f"{{entryPoints: {{web: {{}}}}, {case[1:]}"
        (one,) = installations(estate_of(text))
        found[case] = [field.name for field in logged(one)]
    assert found == CASES
