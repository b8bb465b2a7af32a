"""Whatever a file holds, its reader gives what can be read and says what cannot: it raises nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.check import check
from gateway.audit.estate.caddy_syntax import read_caddyfile
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.estate.haproxy_syntax import read_haproxy
from gateway.audit.normal.f5_nic_snippets import read_snippet

HAPROXY = st.sampled_from(
    """global|defaults|frontend f|backend b|listen l|mode http|bind :80|bind :443 ssl|default_backend b
use_backend b if a|use_backend|acl a path_beg /x|acl a|server s 1.2.3.4:80|.if 1|.endif|filter spoe|a 'b
http-request deny unless|http-request deny if !a|http-request lua.auth-request b /|http-request allow if {
http-request set-var(txn.a)|http-request del-header Authorization -m|option httplog|log global|log-format %r
capture request header""".replace("\n", "|").split("|")
)
CADDY = st.sampled_from(
    """{|}|a.example|route|handle /x/*|handle_path /y*|forward_auth|forward_auth a {|uri|copy_headers|path|@m
reverse_proxy b|handle_response|@m not {|import s|(s) {|\\|servers {|trusted_proxies|log {|format filter {|#
request_header|order|invoke r|&(r) {|`|"|<<EOF|EOF|,|tls {|client_auth {|header_up|admin
basic_auth""".replace("\n", "|").split("|")
)
NGINX = st.sampled_from(
    ["a", "{", "}", ";", "location", "auth_request", "proxy_set_header", "'", '"', "$x", "#\n", " "]
)
LINES = st.text(max_size=8)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.lists(HAPROXY | LINES, max_size=30), st.lists(CADDY | LINES, max_size=30))
def test_lines_in_any_order_are_audited(haproxy: list[str], caddy: list[str]) -> None:
    gathering = Gathering()
    gather_text("\n".join(haproxy).encode(errors="replace"), "haproxy.cfg", gathering)
    gather_text("\n".join(caddy).encode(errors="replace"), "Caddyfile", gathering)
    check(gathering.finished())


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(NGINX, max_size=40))
def test_any_text_is_read(text: str, parts: list[str]) -> None:
    read_haproxy(text, "haproxy.cfg")
    read_caddyfile(text, "Caddyfile")
    read_snippet(text)
    read_snippet(" ".join(parts))
