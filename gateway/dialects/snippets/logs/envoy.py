"""What does Envoy write down of a request, if it is to write no token?"""

from collections.abc import Mapping
from typing import Any, Final

import yaml

MEMBERS: Final[Mapping[str, str]] = {
    "time": "%START_TIME%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "method": "%REQ(:METHOD)%",
    "path": "%PATH(NQ:PATH)%",
    "protocol": "%PROTOCOL%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "received": "%BYTES_RECEIVED%",
    "sent": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "route": "%ROUTE_NAME%",
    "upstream": "%UPSTREAM_HOST%",
    "upstream_ms": "%RESPONSE_DURATION%",
}
"""The default has the path with its query, as X-Envoy-Original-Path says it, which a client may have said."""


def access_log() -> dict[str, Any]:
    """Give the one entry of `access_log`."""
    kind = "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"
    form = {"json_format": dict(MEMBERS)}
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": {"@type": kind, "log_format": form},
    }


def snippet() -> str:
    """Write what belongs into an `http_connection_manager`."""
    return _HEAD + yaml.safe_dump({"access_log": [access_log()]}, sort_keys=False)


# --- private ---

_HEAD: Final = """\
# An access log of Envoy that holds no token, for each http_connection_manager (Envoy 1.31 and later).
# It has no query and no header. `request_id: '%REQ(X-REQUEST-ID)%'` may be added where that header is Envoy's
# own: with use_remote_address, generate_request_id (the default), and no preserve_external_request_id. Else a
# client can write there what it likes.
# A token in the path itself is written as the client sent it, also behind a semicolon or an escaped question
# mark: `gateway leaks redact` takes it out.
#
# Envoy's own log: at debug and below it writes whole requests, tokens and all. Leave it at info, the default.
"""
