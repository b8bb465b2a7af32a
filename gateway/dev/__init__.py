"""What does `gateway dev` put around the gateway so that it can be tried in a minute?

A development identity provider, an echo backend that verifies our token with a stock library, and in front
nginx, or with `--edge` nothing: the gateway is the front itself. Nothing in this room is used by
`gateway serve`.
"""
