"""Which routes, annotations and settings do the rules on nginx judge?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.nginx_levels import Level, nginx_of
from gateway.audit.exposure import Auth, Exposure, Mechanism
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress, nginx_ingresses
from gateway.audit.normal.ingress_nginx_settings import Settings, settings_of, traefik_provider
from gateway.audit.normal.nginx_file import served_locations
from gateway.audit.rule import View

ANNOTATIONS: Final = "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/"
CONFIG_MAP: Final = "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/"
AUTH_REQUEST: Final = "https://nginx.org/en/docs/http/ngx_http_auth_request_module.html"
PROXY: Final = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html"
LOG: Final = "https://nginx.org/en/docs/http/ngx_http_log_module.html"


def routes(view: View) -> Iterator[Exposure]:
    """Give the routes of ingress-nginx, of Traefik with its annotations, and of nginx itself."""
    return (one for one in view.exposures if one.controller in _JUDGED)


def protected(view: View) -> Iterator[tuple[Exposure, Auth]]:
    """Give those of them about which somebody is asked."""
    return ((one, one.auth) for one in routes(view) if one.auth is not None)


def asking(view: View) -> Iterator[tuple[Exposure, Auth]]:
    """Give those about which another server is asked."""
    return ((one, auth) for one, auth in protected(view) if auth.mechanism is Mechanism.EXTERNAL)


def ingresses(view: View) -> tuple[NginxIngress, ...]:
    """Give every Ingress that is read with the annotations of ingress-nginx."""
    return view.estate.once(nginx_ingresses)


def protected_ingresses(view: View) -> Iterator[NginxIngress]:
    """Give those of them with a route about which somebody is asked."""
    objects = {id(one.of) for one, _ in protected(view)}
    return (one for one in ingresses(view) if id(one.ingress) in objects)


def settings(view: View) -> Settings:
    """Give the settings of ingress-nginx."""
    return view.estate.once(settings_of)


def provider(view: View) -> Settings:
    """Give the options of Traefik's provider for these annotations."""
    return view.estate.once(traefik_provider)


def locations(view: View) -> Iterator[Level]:
    """Give every location of nginx's own files that clients can reach."""
    for server in view.estate.once(nginx_of).servers:
        yield from served_locations(server)


# --- private ---

_JUDGED: Final = frozenset({Controller.INGRESS_NGINX, Controller.TRAEFIK_INGRESS_NGINX, Controller.NGINX})
