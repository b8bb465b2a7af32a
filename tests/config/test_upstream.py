from gateway.config.schema_edge import EdgeListener, UpstreamSection
from gateway.config.schema_types import octets, seconds
from gateway.config.upstream import EdgeSettings, EdgeTrust, Upstream, UpstreamServer, UpstreamTls
from gateway.tls.client import Trust
from gateway.tls.pair import Pair


def test_a_key_is_never_printed() -> None:
    assert "hunter2" not in repr(UpstreamTls(certificate=b"c", key=b"hunter2"))


def test_connections_are_made_with_every_field() -> None:
    tls = UpstreamTls(ca=b"a", certificate=b"c", key=b"k", names=("n",))
    assert tls.trust == Trust(authority=b"a", shows=Pair(chain=b"c", key=b"k"), names=frozenset({"n"}))
    assert UpstreamTls().trust == Trust()


def test_one_server_by_its_url_has_the_defaults_of_the_file() -> None:
    plain = Upstream(id="http://a:80", servers=(UpstreamServer(scheme="http", host="a", port=80),))
    section = UpstreamSection(servers=("http://a:80",))
    assert plain.connect_timeout_s == seconds(section.connect_timeout)
    assert plain.first_byte_timeout_s == seconds(section.first_byte_timeout)
    assert plain.idle_timeout_s == seconds(section.idle_timeout)
    assert plain.max_requests == section.max_requests


def test_an_edge_of_which_nothing_is_said_has_the_defaults_of_the_file() -> None:
    section, settings = EdgeListener(), EdgeSettings()
    assert settings.max_body == octets(section.max_body)
    assert settings.max_connections == section.max_connections
    assert settings.requests_per_client == section.requests_per_client
    assert (settings.hsts_s, section.hsts) == (None, None)


def test_nobody_is_trusted_unless_listed() -> None:
    assert EdgeTrust() == EdgeTrust(trusted_proxies=frozenset(), forwarded="none", proxy_protocol=False)
