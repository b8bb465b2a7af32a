"""Who is at the other end of a connection, and how are certificates changed while it stays?

`server` makes what a listener needs of an operator's certificates, `client` what our own connections need;
`identity` reads what the other side has shown.
"""
