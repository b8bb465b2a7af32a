"""What leaked, and where?

The tool around the engine of `gateway.redact`: what is read, and how what was found is shown. And on from
there: whose a token is that was found (`pasted`, `keys_at_hand`, `recognise`), and how it comes onto the deny
list (`deny_entry`, `deny_edit`, `deny`).
"""
