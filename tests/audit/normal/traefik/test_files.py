"""Traefik's files, by themselves and in ConfigMaps."""

from gateway.audit.normal.traefik.files import files
from tests.audit.showing import estate_of

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: edge}
data:
  traefik.yml: |
    entryPoints:
      web: {address: ":80"}
  dynamic.toml: |
    [http.routers.a]
    rule = "Host(`a`)"
  prometheus.yml: |
    http: [1]
    scrape_configs: []
  notes.txt: "providers of the team"
  broken.toml: "[http"
"""


def test_they_are_found_and_told_apart() -> None:
    found = files(estate_of("entryPoints: {web: {}}", CONFIG_MAP))
    assert [(one.of.name if one.of else None, one.is_static) for one in found] == [
        (None, True),
        ("c", True),
        ("c", False),
    ]
    lines = [one.root.child("entryPoints") or one.root.child("http") for one in found]
    assert [one.mark[0] for one in lines if one is not None] == [1, 6, 9]
