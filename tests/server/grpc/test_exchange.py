"""What a peer is sent: by a second h2 in memory, for what a connection cannot show at will."""

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, DataReceived, Event, StreamEnded, TrailersReceived
from h2.settings import SettingCodes

from gateway.server.grpc.call import MISFRAMED, UNKNOWN, framed
from gateway.server.grpc.exchange import MAX_HEADERS, MAX_STREAMS, Exchange
from tests.server.grpc.client import GOING, HEADERS


class Pair:
    """Ours, and a client that has `window` octets of room for each answer."""

    def __init__(self, window: int = 65535) -> None:
        self.ours = Exchange()
        self.client = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self.client.initiate_connection()
        self.client.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.events: list[Event] = []
        self.pass_on()
        self.pass_on()

    def pass_on(self) -> None:
        self.events += self.client.receive_data(self.ours.to_send())
        self.ours.receive(self.client.data_to_send())

    def asked(self) -> int:
        stream = self.client.get_next_available_stream_id()
        self.client.send_headers(stream, HEADERS)
        self.pass_on()
        return stream

    def body(self, stream: int) -> bytes:
        parts = [one for one in self.events if isinstance(one, DataReceived) and one.stream_id == stream]
        return b"".join(part.data or b"" for part in parts)

    def ended(self, stream: int) -> bool:
        return any(isinstance(one, StreamEnded) and one.stream_id == stream for one in self.events)


def test_a_peer_is_told_our_limits() -> None:
    told = Pair().client.remote_settings
    assert told.max_concurrent_streams == MAX_STREAMS
    assert told.max_header_list_size == MAX_HEADERS
    assert told.enable_connect_protocol == 0


def test_an_answer_goes_in_as_many_parts_as_there_is_room_for() -> None:
    pair = Pair(window=10)
    stream = pair.asked()
    pair.ours.answer(stream, b"0123456789abcde")
    pair.pass_on()
    whole = framed(b"0123456789abcde")
    assert pair.body(stream) == whole[:10]
    assert pair.ours.waits_for_room
    pair.client.increment_flow_control_window(7, stream)
    pair.pass_on()
    pair.ours.send_unsent()
    pair.pass_on()
    assert pair.body(stream) == whole[:17]
    assert not pair.ended(stream)
    pair.client.increment_flow_control_window(100, stream)
    pair.pass_on()
    pair.ours.send_unsent()
    pair.pass_on()
    assert pair.body(stream) == whole
    assert pair.ended(stream)
    assert not pair.ours.waits_for_room
    (trailers,) = [one for one in pair.events if isinstance(one, TrailersReceived)]
    assert trailers.headers == [(b"grpc-status", b"0")]


def test_what_is_forgotten_is_not_sent() -> None:
    pair = Pair(window=10)
    stream = pair.asked()
    pair.ours.answer(stream, bytes(20))
    pair.ours.forget(stream)
    assert not pair.ours.waits_for_room


def test_an_answer_to_a_stream_that_is_gone_is_nothing() -> None:
    pair = Pair(window=10)
    stream = pair.asked()
    pair.client.reset_stream(stream)
    pair.pass_on()
    pair.ours.answer(stream, bytes(20))
    pair.ours.reject(stream, UNKNOWN)
    assert not pair.ours.waits_for_room
    assert pair.ours.to_send() == b""


def test_a_rejection_is_told_while_the_call_still_comes() -> None:
    pair = Pair()
    stream = pair.asked()
    pair.ours.reject(stream, MISFRAMED)
    pair.pass_on()
    assert pair.ended(stream)


def test_the_end_is_announced_before_it_comes() -> None:
    pair = Pair()
    pair.asked()
    assert GOING in pair.ours.announce_end()
    pair.ours.end(ErrorCodes.ENHANCE_YOUR_CALM)
    (last,) = pair.client.receive_data(pair.ours.to_send())
    assert isinstance(last, ConnectionTerminated)
    assert last.error_code == ErrorCodes.ENHANCE_YOUR_CALM
    assert last.last_stream_id == 1
