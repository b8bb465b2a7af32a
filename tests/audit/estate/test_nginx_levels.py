"""Inheritance, and files that include each other."""

import pytest

from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.estate.nginx_levels import Level, Nginx, nginx_of


def nginx(**files: str) -> Nginx:
    """Files by name; `_` stands for `/`, and each ends in .conf."""
    gathering = Gathering()
    for name, text in files.items():
        gather_text(text.encode(), f"/etc/nginx/{name.replace('_', '/')}.conf", gathering)
    assert not gathering.unread
    return nginx_of(gathering.finished())


def only_location(given: Nginx) -> Level:
    (server,) = given.servers
    (location,) = server.below("location")
    return location


def test_a_block_hides_what_is_around_it() -> None:
    location = only_location(
        nginx(
            nginx="""http {
                error_log a warn;
                proxy_set_header A 1;
                proxy_set_header B 2;
                server {
                    auth_request /x;
                    location / { proxy_set_header C 3; auth_request off; auth_request /y; }
                }
            }"""
        )
    )
    assert [one.first for one in location.all("proxy_set_header")] == ["C"]
    last = location.last("auth_request")
    assert last is not None
    assert last.first == "/y"
    assert location.says("auth_request", "/y", "/z")
    assert not location.says("satisfy", "any")
    assert [one.first for one in location.all("error_log")] == ["a"]
    assert location.own("error_log") == []
    assert [one.kind for one in location.chain()] == ["location", "server", "http"]


def test_places_name_server_and_location() -> None:
    location = only_location(
        nginx(nginx="server {\n server_name api.example.com;\n location = /a {\n root /x; } }")
    )
    place = location.place(location.own("root")[0])
    assert place == ("/etc/nginx/nginx.conf", 4, 2, "server api.example.com", "location = /a root")
    assert location.place()[1:] == (3, 2, "server api.example.com", "location = /a")
    assert Level(head=None, within=()).place() == ("", 0, 1, "", "")


def test_included_files_are_written_in_and_not_read_twice() -> None:
    given = nginx(
        nginx="http { log_format a '$uri'; include /etc/nginx/sites/*.conf; include conf.d/none.conf; }",
        sites_shop="server { location / { include snippets/auth.conf; } }",
        snippets_auth="auth_request /x;",
    )
    location = only_location(given)
    assert location.says("auth_request", "/x")
    assert location.place(location.last("auth_request")).file == "/etc/nginx/snippets/auth.conf"
    assert len(given.https) == 1
    assert [one.first for one in given.https[0].own("include")] == ["conf.d/none.conf"]


def test_files_without_a_main_one_share_what_they_define() -> None:
    given = nginx(conf_a="server { }", conf_b="upstream app { server 10.0.0.1; }\nlog_format plain '$uri';")
    assert len(list(given.servers)) == 1
    assert given.named("upstream", "app") is not None
    assert given.named("log_format", "other") is None


@pytest.mark.long
def test_circles_and_bombs_end() -> None:
    assert len(list(nginx(a="include b.conf; server { }", b="include a.conf; server { }").servers)) == 2
    levels = {f"f{n}": f"include f{n + 1}.conf;\n" * 40 for n in range(6)}
    assert len(nginx(nginx="http { include f0.conf; }", **levels).https) == 1


def test_streams_are_kept_apart() -> None:
    given = nginx(nginx="stream { server { listen 5432; proxy_pass db:5432; } } http { }")
    assert [len(list(one.below("server"))) for one in given.streams] == [1]
    assert list(given.servers) == []


def test_a_reason_holds_for_its_block_and_never_for_all_servers() -> None:
    comment = "# token-gateway.dev/public: for monitors\n"
    cases = {
        f"server {{ location / {{\n{comment} }} }}": "for monitors",
        f"server {{\n{comment} location / {{ }} }}": "for monitors",
        f"{comment} server {{ location / {{ }} }}": None,
        f"server {{ location / {{ }} location /x {{\n{comment} }} }}": None,
    }
    for text, reason in cases.items():
        location = next(next(nginx(nginx=text).servers).below("location"))
        assert location.public == reason, text
