"""Why did the API server not do what we asked, and what would put it right?

Never holds what it answered: messages of the API server may repeat what was sent.
"""

from typing import Final

from gateway.kubernetes.name import SecretName
from gateway.net.client import Method
from gateway.net.failure import FailureKind, FetchFailed


class ApiFailed(Exception):
    """One call came to nothing."""

    def __init__(self, what: str, fix: str, *, passes: bool = False) -> None:
        super().__init__(f"{what}. Fix: {fix}.")
        self.what = what
        self.fix = fix
        self.passes = passes
        """The same call may go well a minute later, with nothing changed by anybody."""


def explained(failed: FetchFailed, method: Method, name: SecretName) -> ApiFailed:
    """Say in words what a failed call means for a Secret."""
    if failed.kind is not FailureKind.STATUS or failed.status is None:
        what, fix, passes = _NO_ANSWER.get(failed.kind, _NOT_AN_API)
        return ApiFailed(what, fix, passes=passes)
    match failed.status:
        case 401:
            return ApiFailed(*_NOT_KNOWN)
        case 403:
            return ApiFailed(f"may not be {_DONE[method]} by this account", _rule(method, name))
        case 404:
            fix = f"kubectl create namespace {name.namespace}"
            return ApiFailed(f"the namespace {name.namespace} is missing", fix)
        case 400 | 413 | 415 | 422:
            what = f"the API server takes no such change ({failed.status})"
            return ApiFailed(what, "let the Secret be of type Opaque and not immutable")
        case 429 | 500 | 502 | 503 | 504 as status:
            return ApiFailed(f"the API server answers {status}", "run it again later", passes=True)
        case status:
            return ApiFailed(f"the API server answers {status}", "look whether it is one")


# --- private ---

_DONE: Final = {"GET": "read", "PUT": "replaced", "POST": "made"}
_VERBS: Final = {"GET": "get", "PUT": "update", "POST": "create"}
_NOT_KNOWN: Final = (
    "the API server does not know this account: the token has expired, or is another cluster's",
    "use a service account token of this cluster, such as `kubectl create token` gives",
)
_NOT_AN_API: Final = (
    "what answers is not a Kubernetes API server",
    "look at the address of the API server, and at what is between",
    False,
)
_AWAY: Final = "look whether it runs, and whether a NetworkPolicy lets us reach it; then run it again"
_NO_ANSWER: Final = {
    FailureKind.URL: ("the API server's address is not an https URL", "write https://HOST:PORT", False),
    FailureKind.CA_FILE: (
        "the file of certificate authorities cannot be read, or holds none",
        "mount ca.crt of the service account, or name another --ca-file",
        False,
    ),
    FailureKind.TOKEN_FILE: (
        "the file of the service account's token is missing, or does not hold one token",
        "mount a projected service account token, or name another --token-file",
        False,
    ),
    FailureKind.ADDRESS_REFUSED: (
        "the API server's address is one that we never call (link-local, metadata)",
        "name its address in the cluster",
        False,
    ),
    FailureKind.TLS: (
        "the API server's certificate is not from its certificate authority, or for another host",
        "name the cluster's own ca.crt, and the API server as its certificate does",
        False,
    ),
    FailureKind.CONNECT: ("the API server cannot be reached", _AWAY, True),
    # What was asked may have been done all the same: the next run sees what is there.
    FailureKind.TIMEOUT: ("the API server does not answer in time", _AWAY, True),
}


def _rule(method: Method, name: SecretName) -> str:
    """The one rule that is lacking. `create` knows no names (kubernetes.io, "Using RBAC": resourceNames)."""
    rule = f"verbs: [{_VERBS[method]}], apiGroups: [''], resources: [secrets]"
    if method != "POST":
        return f"give it a Role in {name.namespace} with {rule}, resourceNames: [{name.name}]"
    return (
        f"make an empty one for it (kubectl create secret generic {name.name} -n {name.namespace}), "
        f"or give it a Role in {name.namespace} with {rule}"
    )
