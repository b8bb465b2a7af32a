"""How does a request that was judged reach its backend, and the answer the client? The proxy's data plane.

Knows nothing of tokens: a handler gives an answer, or a `Forward`. In the order of one request: `client`
reads it, `exchange` takes it to a server of `upstreams` over an `upstream_connection`, written by
`request_head` and read by `response_head`; `body` counts what follows a head, either way. Both sides call
each other: no task and no future between a byte that arrives and the byte that leaves.
"""
