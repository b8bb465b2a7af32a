"""Which policy does `gateway dev` show? A small shop: orders to read, orders to write, one public page."""

from typing import Final

from gateway.dev.ports import HOST, Ports

AUDIENCE: Final = "orders"


def configuration(ports: Ports, *, edge: bool = False) -> str:
    """Write the configuration that the gateway is started with. Plain HTTP, as everything is loopback.

    At the edge clients come in themselves: no proxy may ask, and every route says where it goes.
    """
    asked, upstream, listener = _BEHIND_NGINX, "", ""
    if edge:
        asked, upstream = "", f"\n        upstream: http://{HOST}:{ports.backend}"
        listener = f"\n  edge: {{host: {HOST}, port: {ports.front}}}"
    return f"""\
# The configuration of `gateway dev`. http and private addresses are asked for by name: all is loopback.
issuers:
  dev:
    issuer: http://{HOST}:{ports.provider}
    audiences: [https://api.example.com]
    allow_http: true
    allow_private_network: true
downstream:
  issuer: http://{HOST}:{ports.keys}
  jwks_uri: http://{HOST}:{ports.keys}/.well-known/jwks.json
  keys: {{store: memory}}
policies:
  shop:
    hosts: ["{HOST}:{ports.front}"]
{asked}    credentials: [{{type: bearer}}]
    routes:
      - id: orders-read
        methods: [GET, HEAD]
        paths: [/v1/orders, "/v1/orders/{{order}}"]
        issuers: [dev]
        require: {{scopes: [orders:read]}}
        downstream: {{audience: {AUDIENCE}, scopes: [orders:read], ttl: 60s}}{upstream}
      - id: orders-write
        methods: [POST]
        paths: [/v1/orders]
        issuers: [dev]
        require: {{scopes: [orders:write]}}
        downstream: {{audience: {AUDIENCE}, scopes: [orders:write], ttl: 30s}}{upstream}
      - id: welcome
        access: public
        methods: [GET]
        paths: [/]{upstream}
listeners:{listener}
  decision: {{host: {HOST}, port: {ports.decision}}}
  keys: {{host: {HOST}, port: {ports.keys}}}
  admin: {{host: {HOST}, port: {ports.admin}}}
"""


# --- private ---

_BEHIND_NGINX: Final = f"""\
    peers: [{HOST}/32]
    callers: {{network_alone: true}}
"""
