"""What does each controller make of what was given? One module each, and all come to the same form."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.exposure import Exposure
from gateway.audit.normal import (
    caddyfile,
    contour,
    contour_ingress,
    envoy,
    f5_nic,
    f5_nic_ingress,
    gateway_api,
    haproxy_file,
    haproxy_ingress,
    haproxytech,
    ingress_nginx,
    ingress_nginx_streams,
    istio,
    nginx_file,
    unknown_ingress,
)
from gateway.audit.normal.traefik import exposures as traefik

READERS: Final[tuple[Callable[[Estate], Iterator[Exposure]], ...]] = (
    ingress_nginx.read,
    ingress_nginx_streams.read,
    nginx_file.read,
    haproxy_ingress.read,
    haproxytech.read,
    haproxy_file.read,
    f5_nic.read,
    f5_nic_ingress.read,
    caddyfile.read,
    traefik.read,
    contour.read,
    contour_ingress.read,
    envoy.read,
    gateway_api.read,
    istio.read,
    unknown_ingress.read,
)


def exposures_of(estate: Estate) -> tuple[Exposure, ...]:
    """Give every route that anything in it opens, in the order of the readers."""
    return tuple(exposure for read in READERS for exposure in read(estate))
