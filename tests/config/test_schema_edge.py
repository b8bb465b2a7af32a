from gateway.config.schema_edge import EdgeListener, UpstreamSection


def test_nobody_is_trusted_by_default() -> None:
    listener = EdgeListener()
    assert (listener.trusted_proxies, listener.forwarded, listener.proxy_protocol) == (None, "none", False)


def test_every_wait_for_an_upstream_has_an_end() -> None:
    upstream = UpstreamSection(servers=("http://a:80",))
    waits = (upstream.connect_timeout, upstream.first_byte_timeout, upstream.idle_timeout)
    assert waits == ("5s", "60s", "60s")
    assert upstream.max_requests == 1024
