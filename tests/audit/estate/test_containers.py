from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.fields import text
from tests.audit.showing import estate_of

POD = "{containers: [{name: a, image: traefik:v3, args: [--API.insecure, --log.level=DEBUG]}]}"
WORKLOADS = f"""
{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d}}, spec: {{template: {{spec: {POD}}}}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{initContainers: [{{name: i, image: x}}]}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {{name: c}}
spec: {{jobTemplate: {{spec: {{template: {{spec: {POD}}}}}}}}}
"""


def test_every_container_with_its_arguments() -> None:
    found = list(containers(estate_of(WORKLOADS)))
    assert [(one.of.name, one.image) for one in found] == [
        ("d", "traefik:v3"),
        ("c", "traefik:v3"),
        ("p", "x"),
    ]
    traefik = found[0]
    assert text(traefik.option("log.level")) == "--log.level=DEBUG"
    assert text(traefik.option("api.insecure")) == "--API.insecure"
    assert traefik.option("missing") is None
    assert [option_of(one) for one in traefik.arguments] == [("api.insecure", "true"), ("log.level", "DEBUG")]
