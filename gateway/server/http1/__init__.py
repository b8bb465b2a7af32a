"""How do bytes become a request, and an answer bytes? A small, strict HTTP/1.1 server core.

Knows nothing of tokens. In the order of one request: `connections` holds it, `protocol` runs it on its
`connection`, `head` reads it, `writer` answers it; `limits`, `fault` and `alarm` are what it is refused by.
"""
