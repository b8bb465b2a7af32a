"""Who vouches for the gateway at its own listeners, and until when?

An authority for a handful of names, and one certificate that it has signed: what `gateway certificates`
keeps. `renewal` says what is due, `layout` what it looks like as files, `in_secrets` and `in_directory` where
they are. No listener needs any of it: to them it is a certificate like any other (`gateway.tls`).
"""
