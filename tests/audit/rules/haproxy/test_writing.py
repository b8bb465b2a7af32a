"""HAP-005 and 006."""

from tests.audit.normal.haproxy_manifests import ASKING, config, ingress, service
from tests.audit.showing import found

LOG = "global\n log stdout format raw local0\ndefaults\n mode http\n log global\n"
DOOR = "frontend web\n bind :443 ssl crt /c\n default_backend app\n%s\nbackend app\n server b 10.0.0.1:80\n"


def said(*texts: str, file: str = "given.yaml") -> list[str]:
    return [one for one in found("".join(texts), file=file) if one in {"HAP-005", "HAP-006"}]


def test_snippets() -> None:
    assert said(ingress({**ASKING, "config-backend": "http-request deny if { path /x }"})) == ["HAP-005"]
    assert said(ingress({**ASKING, "config-backend": ""})) == []
    assert said(ingress({"backend-config-snippet": "x"}, prefix="haproxy.org/")) == ["HAP-005"]
    assert said(ingress(ASKING), service("orders", "shop", config_backend="x")) == ["HAP-005"]
    assert said(ingress(ASKING), config("haproxy-ingress", config_frontend="x")) == ["HAP-005"]


def test_logs() -> None:
    table = {
        (" option httplog", ""): ["HAP-006"],
        (" log-format '%HM %HPO'", ""): [],
        (" log-format '%HPO %hr'", " capture request header Authorization len 99"): ["HAP-006"],
        (" log-format '%HPO %hr'", " capture request header X-Request-Id len 99"): [],
    }
    for (defaults, own), expected in table.items():
        assert said(f"{LOG}{defaults}\n{DOOR % own}", file="haproxy.cfg") == expected, (defaults, own)
    assert said(ingress({"request-capture": "req.hdr(x-api-key)"}, prefix="haproxy.org/")) == ["HAP-006"]
