"""What an operator writes of servers is what connections are made with."""

from gateway.config import upstream as config
from gateway.server.edge.configured import upstreams_of
from gateway.server.edge.health import Check
from gateway.server.edge.server_pool import Server
from gateway.server.edge.upstreams import Upstream
from gateway.tls.client import Trust
from gateway.tls.pair import Pair


def said(scheme: str = "https", **changes: object) -> config.Upstream:
    server = config.UpstreamServer(scheme=scheme, host="orders", port=8443)  # type: ignore[arg-type]
    return config.Upstream(id="orders", servers=(server,), **changes)  # type: ignore[arg-type]


def test_everything_that_is_said_holds() -> None:
    tls = config.UpstreamTls(ca=b"ca", certificate=b"chain", key=b"key", names=("spiffe://a/b", "orders"))
    written = said(
        tls=tls,
        connect_timeout_s=1,
        first_byte_timeout_s=2,
        idle_timeout_s=3,
        max_requests=4,
        health=config.Health(path="/healthz", every_s=5),
    )
    trust = Trust(
        authority=b"ca", shows=Pair(chain=b"chain", key=b"key"), names=frozenset({"spiffe://a/b", "orders"})
    )
    assert upstreams_of({"orders": written}) == {
        "orders": Upstream(
            servers=(Server(host="orders", port=8443, trust=trust),),
            max_requests=4,
            connect_s=1,
            first_byte_s=2,
            idle_s=3,
            check=Check(path="/healthz", every_s=5),
        )
    }


def test_plain_servers_are_spoken_to_in_plain() -> None:
    (server,) = upstreams_of({"u": said("http")})["u"].servers
    assert server == Server(host="orders", port=8443)


def test_https_alone_believes_the_authorities_of_the_system_and_the_host() -> None:
    (server,) = upstreams_of({"u": said()})["u"].servers
    assert server.trust == Trust()
