"""What a log of HAProxy holds."""

from gateway.audit.estate.haproxy_syntax import read_haproxy
from gateway.audit.normal.haproxy_logs import captured_fields, format_fields, logged


def test_formats() -> None:
    table = {
        '%ci "%HM %HPO %HV" %ST %B': set(),
        "%ci [%tr] %r": {"query"},
        '"%HM %HU"': {"query"},
        "%{+Q}r": {"query"},
        "%HM%HQ": {"query"},
        "%[pathq] %[capture.req.uri]": {"query"},
        "%[req.hdr(Authorization)]": {"authorization"},
        "%[http_auth_bearer]": {"authorization"},
        "%[req.cook(session)] %tr": {"cookie"},
        "%[capture.req.hdr(0)] %hr %rt": set(),
        "%[path] %[var(txn.base)]": set(),
        "%[capture.req.uri,field(1,?),json(utf8s)] %[url,field(1,?)]": set(),
        "%[capture.req.uri,field(2,?)] %[url,lower]": {"query"},
    }
    for written, expected in table.items():
        assert format_fields(written) == expected, written


def test_captured_samples() -> None:
    table = {
        "hdr(Host)\nreq.fhdr(user-agent)": {"host", "user-agent"},
        "req.hdr(Authorization)": {"authorization"},
        "cookie(session)": {"cookie"},
        "url_param(access_token)": {"query"},
        "path": set(),
        "url": {"query"},
    }
    for written, expected in table.items():
        assert captured_fields(written) == expected, written


def test_what_a_frontend_logs() -> None:
    table = {
        ("log global\n option httplog", ""): ["query"],
        ("option httplog", ""): [],
        ("log global\n option httplog", "no log"): [],
        ("log global\n option httplog", "log-format '%HM %HPO'"): [],
        ("log global", "log-format '%r'"): ["query"],
        ("log global\n option httplog", "capture request header Authorization len 64"): [
            "query",
            "authorization",
        ],
        ("log global\n log-format '%HPO %hr'", "http-request capture req.hdr(x-api-key) len 9"): [
            "x-api-key"
        ],
        ("log global\n log-format '%HPO'", "http-request capture req.hdr(x-api-key) len 9"): [],
        ("log 127.0.0.1:514 local0\n option httpslog", ""): ["query"],
        ("log global\n option httplog", "capture cookie session len 9"): ["query", "cookie"],
    }
    for (defaults, own), expected in table.items():
        text = f"global\n log stdout format raw local0\ndefaults\n {defaults}\nfrontend f\n {own}\n"
        found = read_haproxy(text, "haproxy.cfg")
        assert [one.name for one in logged(found, found.sections[-1])] == expected, (defaults, own)


def test_without_a_log_of_the_global_section_nothing_is_logged() -> None:
    found = read_haproxy("defaults\n log global\n option httplog\nfrontend f\n", "haproxy.cfg")
    assert logged(found, found.sections[-1]) == ()
