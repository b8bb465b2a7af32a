"""Which Ingresses have annotations of ingress-nginx that somebody reads, and what do they say?

kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations, and for Traefik's provider
doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress-nginx: what it does not know is not
there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import ANY_HOST
from gateway.audit.normal.ingress_nginx_settings import Said

PREFIX: Final = "nginx.ingress.kubernetes.io/"
READ_BY_TRAEFIK: Final = frozenset(
    {
        *("auth-type", "auth-secret", "auth-realm", "auth-secret-type", "auth-url", "auth-signin"),
        *("auth-response-headers", "auth-snippet", "auth-method", "enable-global-auth", "auth-tls-secret"),
        *("auth-tls-verify-client", "auth-tls-pass-certificate-to-upstream", "force-ssl-redirect"),
        *("ssl-redirect", "ssl-passthrough", "use-regex", "rewrite-target", "app-root"),
        *("permanent-redirect", "permanent-redirect-code", "temporal-redirect", "temporal-redirect-code"),
        *("from-to-www-redirect", "server-alias", "backend-protocol", "proxy-ssl-secret", "proxy-ssl-verify"),
        *("proxy-ssl-name", "proxy-ssl-server-name", "enable-cors", "cors-allow-credentials"),
        *("cors-expose-headers", "cors-allow-headers", "cors-allow-methods", "cors-allow-origin"),
        *("cors-max-age", "enable-access-log", "whitelist-source-range", "allowlist-source-range"),
        *("custom-headers", "upstream-vhost", "x-forwarded-prefix", "custom-http-errors"),
        *("default-backend", "configuration-snippet", "server-snippet", "canary", "canary-by-cookie"),
        *("canary-by-header", "canary-by-header-value", "canary-by-header-pattern", "canary-weight"),
        *("canary-weight-total", "enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet"),
    }
)
"""What its provider reads, of those that bear on who comes in and what a backend gets (3.7.9)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NginxIngress:
    """One Ingress that is read with these annotations. Equal only to itself."""

    ingress: Object
    controller: Controller
    class_name: str

    @property
    def is_traefik(self) -> bool:
        """Whether Traefik reads it."""
        return self.controller is Controller.TRAEFIK_INGRESS_NGINX

    def written(self, name: str) -> Said | None:
        """Give what an annotation says, whoever reads it; None where it is not there."""
        return self._said.get(name)

    def get(self, name: str) -> Said | None:
        """Give what an annotation says, if it is not empty, and if this controller reads it."""
        found = self._said.get(name)
        if found is None or not found.value.strip() or (self.is_traefik and name not in READ_BY_TRAEFIK):
            return None
        return found

    @cached_property
    def _said(self) -> dict[str, Said]:
        written = ((name, node, text(node)) for name, node in self.ingress.annotations.items())
        return {
            name.removeprefix(PREFIX): Said(value=value, place=self.ingress.place(node))
            for name, node, value in written
            if value is not None and name.startswith(PREFIX)
        }

    def truth(self, name: str) -> bool | None:
        """Give what a truth value says; None where it is not there, or says nothing (strconv.ParseBool)."""
        found = self.get(name)
        if found is None:
            return None
        value = found.value.strip().lower()
        return True if value in _TRUE else False if value in _FALSE else None

    def is_on(self, name: str) -> bool:
        """Whether an annotation says `true`."""
        return self.truth(name) is True

    @property
    def is_canary(self) -> bool:
        """Whether it only takes a part of another one's requests."""
        return self.is_on("canary")

    def hosts(self) -> Iterator[str]:
        """Give the hosts of its rules."""
        for rule in items(self.ingress.node, "spec", "rules"):
            yield (text(rule, "host") or ANY_HOST).lower()

    @property
    def is_by_regex(self) -> bool:
        """Whether it makes regular expressions of all paths of its hosts, other Ingresses' included."""
        return self.is_on("use-regex") or self.get("rewrite-target") is not None

    def names_tls(self, host: str) -> bool | None:
        """Whether a certificate is named for a host; None where no hosts are listed."""
        unlisted = False
        for one in items(self.ingress.node, "spec", "tls"):
            listed = [name.lower() for name in texts(one, "hosts")]
            parent = f"*.{host.partition('.')[2]}"
            if host in listed or (host and parent in listed):
                return True
            unlisted = unlisted or (not listed and text(one, "secretName") is not None)
        return None if unlisted else False

    def place(self, name: str) -> Place:
        """Give the place of an annotation, or of the Ingress."""
        return self.ingress.place(self.ingress.annotations.get(PREFIX + name))


def nginx_ingresses(estate: Estate) -> tuple[NginxIngress, ...]:
    """Give every Ingress that ingress-nginx serves, or Traefik by its annotations."""
    return tuple(_read(estate))


# --- private ---


def _read(estate: Estate) -> Iterator[NginxIngress]:
    for one in estate.of("Ingress"):
        controller = controller_of(estate, one)
        if controller in _SERVED:
            yield NginxIngress(ingress=one, controller=controller, class_name=class_of(estate, one))


_SERVED: Final = frozenset({Controller.INGRESS_NGINX, Controller.TRAEFIK_INGRESS_NGINX})
_TRUE: Final = frozenset({"true", "1", "t"})
_FALSE: Final = frozenset({"false", "0", "f"})
