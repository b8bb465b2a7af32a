"""How does Envoy ask over gRPC? A listener of its own, loaded only where it is configured.

`listener` runs it, `servicer` answers one call, `conversion` stands between messages and plain values.
"""
