"""What do we and Envoy's ext_authz say to each other over gRPC?

The `.proto` files hold what is used of Envoy's own, under its packages and numbers; the modules are made
from them by `python -m tests.server.grpc.protos.generated`, never by hand.
"""
