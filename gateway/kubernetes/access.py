"""Which API server, and as whom? What a kubeconfig or a pod comes down to."""

from dataclasses import dataclass, field

from gateway.tls.pair import Pair


class NoAccess(Exception):
    """Nothing tells how to reach a cluster, or what tells it cannot be used. Holds no secret."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}. Fix: {fix}.")
        self.what = what
        self.fix = fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One account at one API server."""

    url: str
    """`https://HOST:PORT`, with a path where a proxy in front has one."""
    authority: bytes | None = None
    """Who vouches for it, as PEM; None is whoever the system trusts."""
    server_name: str | None = None
    """For which name its certificate is; None is the URL's host."""
    token: str | None = field(default=None, repr=False)
    pair: Pair | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    """`http://HOST:PORT`, as the file says; the environment is not asked."""
    namespace: str = "default"
    context: str = "in-cluster"
    """By what name the operator knows it."""
