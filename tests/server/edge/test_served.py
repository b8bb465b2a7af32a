"""The client's connection is what an exchange expects."""

from gateway.server.edge.client import EdgeConnection
from gateway.server.edge.served import Client


def test_a_connection_does_all_that_an_exchange_asks() -> None:
    asked = {name for name in vars(Client) if not name.startswith("_")}
    assert asked
    assert asked <= set(dir(EdgeConnection))
    as_client: type[Client] = EdgeConnection
    assert as_client
