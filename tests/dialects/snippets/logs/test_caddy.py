"""What Caddy leaves out of a request that it writes down."""

import re

from gateway.dialects.snippets.logs import caddy


def test_headers_go_and_the_path_is_cut() -> None:
    gone = re.findall(r"^\t+(\S+) delete$", caddy.OPTION, re.MULTILINE)
    assert gone == ["request>headers", "resp_headers", "headers", "user_id"]
    cut = re.findall(r'^\t+(\S+) regexp "(.+)" ""$', caddy.OPTION, re.MULTILINE)
    assert [field for field, _ in cut] == ["request>uri", "uri"]
    for _, pattern in cut:
        for target in ("/a?t=x", "/a;t=x", "/a#x", "/a%3Ft=x", "/a%3bt", "/a%23x", "http://u:t@h/a?t"):
            assert re.sub(pattern, "", target) == "/a"
        assert re.sub(pattern, "", "/a%2Fb") == "/a%2Fb"


def test_it_is_a_block_of_global_options() -> None:
    lines = [line for line in caddy.snippet().splitlines() if not line.startswith("#")]
    assert (lines[0], lines[-1]) == ("{", "}")
