"""Our own edge is known by its Service's label, or by its name where the Service was not given."""

from gateway.audit.estate.place import Place
from gateway.audit.exposure import Backend
from gateway.audit.normal.inline import inline_auth, inline_fate
from tests.audit.showing import estate_of

PLACE = Place("f", 1, 1, "", "")
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: %s, namespace: gw, labels: {app.kubernetes.io/name: %s}}
spec: {}
"""


def test_our_edge() -> None:
    labelled = estate_of(SERVICE % ("door", "token-gateway") + "---\n" + SERVICE % ("token-gateway", "other"))
    table = {
        ("door", "8443"): True,
        ("door", "4180"): False,
        ("door", "decision"): False,
        ("token-gateway", "8443"): False,
        ("token-gateway-edge", "8443"): True,
        ("orders", "80"): False,
    }
    for (name, port), expected in table.items():
        found = inline_auth(labelled, Backend("gw", name, port), PLACE)
        assert (found is not None) is expected, (name, port)
    assert inline_auth(labelled, None, PLACE) is None
    assert inline_fate(PLACE).reaches.value == "no"
