"""Token Gateway: the authenticating gateway for API tokens at the Kubernetes Ingress."""

__version__ = "0.1.0"
