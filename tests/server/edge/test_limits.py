"""The defaults hold together."""

from gateway.server.edge.limits import CLIENT, EdgeLimits


def test_we_close_an_idle_connection_before_its_server_does() -> None:
    node_keep_alive_s = 5
    assert EdgeLimits().keepalive_s < node_keep_alive_s


def test_everybody_is_a_stranger() -> None:
    assert CLIENT.max_strangers == CLIENT.max_connections


def test_a_client_may_send_one_read_while_its_upstream_is_connected() -> None:
    assert CLIENT.unread_bytes >= 256 * 1024 * 64


def test_a_server_has_had_its_chance_before_its_client_gives_up() -> None:
    limits = EdgeLimits()
    assert limits.attempts * limits.connect_s < limits.first_byte_s
