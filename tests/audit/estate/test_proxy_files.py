from gateway.audit.estate.proxy_files import ProxyKind, is_of_sections, kind_by_name, kind_by_text


def test_a_name_tells_or_says_nothing() -> None:
    names = [
        "a/nginx.conf",
        "haproxy.cfg",
        "Caddyfile",
        "Caddyfile.dev",
        "x.caddyfile",
        "t.toml",
        "a.yaml",
        "-",
    ]
    assert [kind_by_name(one) for one in names] == [
        *(ProxyKind.NGINX, ProxyKind.HAPROXY, ProxyKind.CADDY, ProxyKind.CADDY, ProxyKind.CADDY),
        *(ProxyKind.TRAEFIK, None, None),
    ]


def test_a_text_tells_or_says_nothing() -> None:
    assert kind_by_text("stream {\n}") is ProxyKind.NGINX
    assert kind_by_text("listen door\n  bind :80") is ProxyKind.HAPROXY
    assert kind_by_text("hello world\n") is None
    for text in ("a.example {\n\tlog\n}", "http://:80 {\n}", "https://a.example, b.example:8443 {\n}"):
        assert kind_by_text(text) is ProxyKind.CADDY
    for text in ('{\n "a": {}\n}', "static_resources: {\n}", '"a": {\n}'):
        assert kind_by_text(text) is None


def test_a_conf_of_sections_is_no_proxys() -> None:
    for text in ("[Unit]\nx=y\n", "\n# a\n; b\n  [www]\n", "[a.b-c d]\n"):
        assert is_of_sections(text), text
    for text in ("server {\n}\n", "# [x]\nserver {}\n", "map $a $b { [x] 1; }\n", "", "[", "[[x]]\n"):
        assert not is_of_sections(text), text
