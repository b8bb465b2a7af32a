"""What does the door show of one host and path, whoever serves it? The normal form.

Every controller's configuration comes down to this, and what compares doors looks at nothing else: coverage,
diff, and the rules across objects.
"""

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place

ANY_HOST: Final = ""
"""The host of a route that names none."""


@unique
class PathKind(StrEnum):
    """How a path is compared."""

    EXACT = "exact"
    PREFIX = "prefix"
    """Element by element, as Kubernetes says: `/a` is `/a` and `/a/b`, not `/ab`."""
    BEGINS_WITH = "begins-with"
    """Character by character: `/a` is `/ab` too."""
    REGEX = "regex"
    UNKNOWN = "unknown"
    """It depends on more than the path, or cannot be read: any path may be meant."""


class PathMatch(NamedTuple):
    """Which paths."""

    kind: PathKind
    value: str

    def __str__(self) -> str:
        """As people write it."""
        match self.kind:
            case PathKind.EXACT:
                return f"= {self.value}"
            case PathKind.PREFIX:
                return f"{self.value.removesuffix('/')}/**"
            case PathKind.BEGINS_WITH:
                return f"{self.value}*"
            case PathKind.REGEX:
                return f"~ {self.value}"
            case PathKind.UNKNOWN:
                return f"? {self.value}"


@unique
class Tls(StrEnum):
    """Whether the way from the client is encrypted."""

    ONLY = "only"
    """Clear requests are redirected, or there is no listener for them."""
    OPTIONAL = "optional"
    """Clear requests are served as well."""
    NONE = "none"
    PASSED_THROUGH = "passed-through"
    """The controller sees no request, only octets: nothing that it is told about requests holds."""
    UNKNOWN = "unknown"


class Backend(NamedTuple):
    """Where requests go."""

    namespace: str
    """Empty outside Kubernetes."""
    name: str
    """Of the Service; outside Kubernetes the address, without user information."""
    port: str
    kind: str = "Service"


@unique
class Mechanism(StrEnum):
    """Who is asked whether a request may pass."""

    EXTERNAL = "external"
    """Another server, for each request: auth_request, ForwardAuth, ext_authz."""
    JWT = "jwt"
    """The proxy itself checks a token's signature."""
    OIDC = "oidc"
    """The proxy itself signs people in."""
    BASIC = "basic"
    API_KEY = "api-key"
    CLIENT_CERTIFICATE = "client-certificate"
    UNKNOWN = "unknown"
    """Something is asked; what, cannot be told: a plug-in, a snippet, an object that was not given."""


@unique
class Fails(StrEnum):
    """What becomes of a request when whoever is asked cannot be."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class AuthCache(NamedTuple):
    """Answers that the proxy keeps, and uses for other requests."""

    key: str
    duration: str | None
    """As written; None is the proxy's default."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """What a request has to pass."""

    mechanism: Mechanism
    place: Place
    """The line that says so."""
    url: str | None = None
    """Who is asked: a URL or an address, without user information."""
    service: Backend | None = None
    """The same, where it is a Service."""
    dialect: str | None = None
    """Of our own gateway: `nginx` in `/auth/nginx/orders`; None where another server is asked."""
    policy: str | None = None
    """Of our own gateway: `orders` in the same."""
    request_headers: frozenset[str] | None = None
    """What of the client's headers the asked server gets, in lower case. None: all."""
    response_headers: frozenset[str] | None = frozenset()
    """What of its answer replaces the client's header, in lower case. None: all that is in the answer."""
    removes_unanswered: bool = True
    """Whether a header that is listed, and not in the answer, is taken from the request."""
    cache: AuthCache | None = None
    fails: Fails = Fails.CLOSED
    methods: frozenset[str] | None = None
    """For which methods it is asked. None: every one."""


@unique
class Reaches(StrEnum):
    """Does the client's token reach the pod?"""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


class TokenFate(NamedTuple):
    """The answer, why, and the line that decides it."""

    reaches: Reaches
    why: str
    """One sentence without a value of the configuration, such as `Authorization is not among those that
    auth-response-headers replaces`."""
    place: Place


class Mirror(NamedTuple):
    """Who gets a copy of each request."""

    to: str
    place: Place


class LoggedField(NamedTuple):
    """A part of a request that an access log writes down."""

    name: str
    """What it is: `authorization`, `cookie`, `x-api-key`, `query`, `referer`, or another header's name."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One route: requests of this host, path and method go there, if they pass."""

    host: str
    """In lower case, without a port; `*.example.com` for a wildcard; ANY_HOST where none is named."""
    path: PathMatch
    methods: frozenset[str] | None = None
    """None: every one."""
    tls: Tls = Tls.UNKNOWN
    controller: Controller
    class_name: str = ""
    """The IngressClass, GatewayClass or Gateway by which it is chosen."""
    backends: tuple[Backend, ...] = ()
    """None where the proxy answers itself, as with a redirect."""
    auth: Auth | None
    """None: nobody is asked."""
    token: TokenFate
    mirrors: tuple[Mirror, ...] = ()
    logs: tuple[LoggedField, ...] = ()
    rewrites: bool = False
    """Whether the backend gets another path than the one that was judged."""
    conditions: tuple[str, ...] = ()
    """What must hold besides, in words, such as `header X-Canary`."""
    rank: tuple[int, ...] = ()
    """Among the routes of one host at one controller the smallest is tried first; empty where not known."""
    public: str | None = None
    """Why it is open on purpose."""
    source: Place
    of: Object | None = field(default=None, repr=False)
    """The object that it comes from; None for a proxy's file."""

    @property
    def is_protected(self) -> bool:
        """Whether somebody is asked about every request, and nobody comes in where that fails."""
        if self.controller is Controller.UNKNOWN:
            return False
        if self.auth is None or self.auth.fails is Fails.OPEN or self.tls is Tls.PASSED_THROUGH:
            return False
        asked = self.auth.methods
        return asked is None or (self.methods is not None and self.methods <= asked)
