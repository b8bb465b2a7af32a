"""What does Traefik make of its objects, of an Ingress, and of its files?

match       a router's rule -> hosts, path, methods, conditions
static      what was said when it was started: entry points, logs, providers
dynamic     what routers name: middlewares, services, TLS options
chain       the middlewares of a router, in order: who is asked, what becomes of the token
filters     the same of an HTTPRoute that Traefik serves
routers     every router, wherever it was written
ranks       which of them are tried one after the other
exposures   a router with all of that -> Exposure
"""
