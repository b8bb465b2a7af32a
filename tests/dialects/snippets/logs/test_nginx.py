"""What nginx writes of a request: named one by one, none of them a header or the query."""

import json
import re

from gateway.dialects.snippets.logs import nginx

ITS_OWN = {
    *("time_iso8601", "remote_addr", "request_method", "token_gateway_path", "server_protocol", "status"),
    *("request_length", "body_bytes_sent", "request_time", "server_name"),
    *("upstream_addr", "upstream_status", "upstream_response_time", "request_id"),
}


def path_of(target: str) -> str:
    """What the map makes of a target; nginx itself is asked in tests/wire/test_log_formats.py."""
    (pattern,) = re.findall(r'"~\*(.+)" \$token_gateway_before;', nginx.PATH)
    found = re.match(pattern.replace("?<", "?P<"), target, re.IGNORECASE)
    return found["token_gateway_before"] if found else "-"


def test_a_line_is_json_of_nginxs_own_variables() -> None:
    written = nginx.log_format("name", {"auth": "$tg_status"})
    assert written.startswith("log_format name escape=json\n")
    document = json.loads("".join(re.findall(r"'(.+)'", written)))
    assert {value.removeprefix("$") for value in document.values()} == {*ITS_OWN, "tg_status"}
    assert max(map(len, written.splitlines())) <= 110


def test_the_plain_format_has_no_other_variables() -> None:
    ours = (ITS_OWN - {"token_gateway_path"}) | {"uri"}
    assert set(re.findall(r"\$(\w+)", nginx.PLAIN)) <= ours


def test_the_path_ends_where_a_query_may_begin() -> None:
    cases = {
        "/orders": "/orders",
        "/orders/a%2Fb%20c": "/orders/a%2Fb%20c",
        "/orders?token=x": "/orders",
        "/orders;jsessionid=x": "/orders",
        "/orders#x": "/orders",
        "/orders%3Ftoken=x": "/orders",
        "/orders%3ftoken=x": "/orders",
        "/orders%3bv=x": "/orders",
        "/orders%23x": "/orders",
        "*": "-",
        "": "-",
    }
    assert {target: path_of(target) for target in cases} == cases


def test_it_says_what_stays_in_the_error_log() -> None:
    said = nginx.snippet()
    assert "error_log logs/error.log crit;" in said
    assert "leaks\n# redact" in said
