"""Does docs/logs.md say what the real proxies write, and name every target?"""

import re

from gateway.dialects.snippets.logs import LOGS
from tests.docs.pages import ROOT
from tests.wire.logging_proxies import Logging
from tests.wire.test_log_formats import PLACES, TOLD_BY_DEFAULT

TEXT = (ROOT / "docs" / "logs.md").read_text()
COLUMNS = {
    "nginx, ingress-nginx": (Logging.NGINX_NEW, Logging.NGINX_OLD, Logging.INGRESS_NGINX),
    "Traefik": (Logging.TRAEFIK,),
    "Caddy": (Logging.CADDY,),
    "HAProxy": (Logging.HAPROXY, Logging.HAPROXY_NEW),
    "Envoy": (Logging.ENVOY,),
}


def test_every_target_is_named() -> None:
    assert set(re.findall(r"^gateway snippet logs (\S+)$", TEXT, re.MULTILINE)) == set(LOGS)


def test_the_table_is_what_the_wire_tests_find() -> None:
    rows = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("| ")]
    (head, *cells) = [[cell.strip() for cell in row] for row in rows]
    assert head[1:] == list(COLUMNS)
    assert {row[0] for row in cells} == set().union(*TOLD_BY_DEFAULT.values()) <= set(PLACES)
    for number, proxies in enumerate(COLUMNS.values(), start=1):
        told = {row[0] for row in cells if row[number] == "yes"}
        assert all(TOLD_BY_DEFAULT[proxy] == told for proxy in proxies), proxies
