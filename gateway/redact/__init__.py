"""How is a secret named without being written down?

`fingerprint` names a token, a subject or a client id by a keyed hash; `text` is the last guard on text
that somebody else has written.
"""
