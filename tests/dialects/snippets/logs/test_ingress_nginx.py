"""What goes into the ConfigMap of ingress-nginx: nginx's own format, where no map can be."""

import re

import yaml

from gateway.dialects.snippets.logs import ingress_nginx, nginx


def test_it_is_part_of_a_config_map() -> None:
    (settings,) = yaml.load(ingress_nginx.snippet(), yaml.CSafeLoader).values()
    assert settings == {"error-log-level": "crit", "log-format-upstream": nginx.PLAIN}


def test_no_variable_of_the_clients_is_named() -> None:
    named = re.findall(r"^[^#\n].*", ingress_nginx.snippet(), re.MULTILINE)
    assert not re.search(r"\$(request |request_uri|args|http_|req_id|remote_user)", "\n".join(named))
