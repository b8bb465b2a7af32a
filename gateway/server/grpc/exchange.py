"""Which octets of HTTP/2 do answers become, and what has the peer no room for yet?

h2 keeps the state of RFC 9113; here is what a server of short calls makes of it. No loop, no clock.
"""

from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import Event
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from gateway.server.grpc.call import ANSWERED, WELL, Unanswered, framed

MAX_STREAMS: Final = 256
MAX_HEADERS: Final = 16 * 1024
"""Octets of one call's headers, as RFC 9113 section 6.5.2 counts them: metadata, no request of a client's."""


class Exchange:
    """Our side of one connection."""

    __slots__ = ("_h2", "_unsent")

    def __init__(self) -> None:
        """Begin with our settings."""
        self._h2 = H2Connection(_CONFIG)
        self._h2.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
                SettingCodes.MAX_HEADER_LIST_SIZE: MAX_HEADERS,
                SettingCodes.ENABLE_CONNECT_PROTOCOL: 0,
            },
        )
        self._h2.decoder.max_header_list_size = MAX_HEADERS
        self._h2.initiate_connection()
        self._unsent: dict[int, bytes] = {}

    def receive(self, octets: bytes) -> list[Event]:
        """Read what arrived. Raises: ProtocolError; then `to_send` says so to the peer."""
        return self._h2.receive_data(octets)

    def taken(self, octets: int, stream: int) -> None:
        """Make room for as much again (RFC 9113 section 5.2)."""
        if octets:
            self._h2.acknowledge_received_data(octets, stream)

    @property
    def waits_for_room(self) -> bool:
        """Whether an answer is made and not sent whole."""
        return bool(self._unsent)

    def answer(self, stream: int, message: bytes) -> None:
        """Answer a call; in parts, where the peer has not the room."""
        try:
            self._h2.send_headers(stream, ANSWERED)
            self._send(stream, framed(message))
        except ProtocolError:  # reset, or the connection is at its end, in the same turn of the loop
            self._unsent.pop(stream, None)

    def reject(self, stream: int, answer: Unanswered) -> None:
        """Give an answer that is none, and read no more of the call (RFC 9113 section 8.1)."""
        try:
            self._h2.send_headers(stream, answer, end_stream=True)
            self._h2.reset_stream(stream, ErrorCodes.NO_ERROR)
        except ProtocolError:
            pass  # its stream has ended on both sides, or was reset

    def send_unsent(self) -> None:
        """Send what there is room for now."""
        for stream, octets in tuple(self._unsent.items()):
            try:
                self._send(stream, octets)
            except ProtocolError:
                self.forget(stream)

    def forget(self, stream: int) -> None:
        """Send no more to a stream."""
        self._unsent.pop(stream, None)

    def announce_end(self) -> bytes:
        """Ask for no new calls, without refusing one that is on its way (RFC 9113 section 6.8).

        Gives what is to be written. Once the peer has heard (`PingAckReceived`), none is on its way.
        """
        before = self._h2.data_to_send()
        self._h2.ping(b"retiring")
        return before + _GOING + self._h2.data_to_send()

    def end(self, error: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        """Say the last word."""
        self._h2.close_connection(error)

    def to_send(self) -> bytes:
        """Give what is to be written now."""
        return self._h2.data_to_send()

    # --- private ---

    def _send(self, stream: int, octets: bytes) -> None:
        """With the last part goes how the call went."""
        while octets:
            room = min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if room <= 0:
                self._unsent[stream] = octets
                return
            self._h2.send_data(stream, octets[:room])
            octets = octets[room:]
        self._unsent.pop(stream, None)
        self._h2.send_headers(stream, WELL, end_stream=True)


# --- private ---

# GOAWAY with the greatest stream and no error: h2 has no way to say it and go on.
_GOING: Final = bytes((0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0))

_CONFIG: Final = H2Configuration(
    client_side=False,
    header_encoding=None,
    # What goes out is a handful of constants.
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)
