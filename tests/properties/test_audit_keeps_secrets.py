"""No secret of a configuration is in anything that the audit says.

Canaries are written wherever people write secrets: into Secrets, the environment, the user information of
URLs, the values of headers and snippets. None of them may be in a finding, a problem or an exposure.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from tests.audit.specimens import documents, specimens, written

CANARY = "xk7canary9q"
URL = re.compile(r"(?<![\w+])((?:https?|grpcs?|tcp|postgres|amqps?|h2c)://)(?!\$)")
HEADERS = frozenset({"customRequestHeaders", "customResponseHeaders", "headers", "stringData", "data"})
"""Of these all values are secrets, if they are texts: `data` in a Secret alone."""


def said(content: str, file: str) -> str:
    """All that anybody gets to see of it."""
    gathering = Gathering()
    gather_text(content.encode(), file, gathering)
    checked = check(gathering.finished())
    return repr((checked.findings, checked.exposures, checked.estate.unread))


def with_canaries(value: Any, *, of_secret: bool = False) -> Any:
    match value:
        case dict():
            of_secret = of_secret or value.get("kind") == "Secret"
            return {name: _member(value, name, of_secret=of_secret) for name in value}
        case list():
            return [with_canaries(one, of_secret=of_secret) for one in value]
        case str():
            return URL.sub(rf"\g<1>{CANARY}:{CANARY}@", value)
        case _:
            return value


def _member(above: dict[Any, Any], name: Any, *, of_secret: bool) -> Any:
    value = above[name]
    if name == "contextExtensions":  # which policy of ours it is
        return value
    if isinstance(value, dict) and name in HEADERS and (name != "data" or of_secret):
        return {one: _mixed(text) for one, text in value.items()}
    if str(name).endswith(("-snippet", "Snippet", "Snippets")) or (name == "value" and "name" in above):
        return _mixed(value)
    return with_canaries(value, of_secret=of_secret)


def _mixed(value: Any) -> Any:
    return f"{value}{CANARY}" if isinstance(value, str) else value


def broken(text: str) -> str:
    """The same in a way that does not parse: one of three, by its length."""
    ways = (
        text.replace(CANARY, f'{CANARY}"', 1),
        text.replace(CANARY, f"{CANARY}\x00", 1),
        f"{text}\n  broken: [\n",
    )
    return ways[len(text) % 3]


def manifest(path: Path) -> str:
    return written([with_canaries(one) for one in documents(path)])


def file_of_proxy(path: Path) -> str:
    """With canaries in URLs and headers, and none where a block begins: what Caddy's begin with are hosts."""
    lines = path.read_text().splitlines()
    marked = (one if one.endswith("{") else with_canaries(one) for one in lines)
    return "\n".join(marked).replace("Bearer ", f"Bearer {CANARY}")


@pytest.mark.long
def test_none_of_a_manifest_is_said() -> None:
    told: list[str] = []
    canaries = 0
    for path in specimens():
        if path.suffix == ".yaml" and not path.name.startswith("sound"):
            text = manifest(path)
            canaries += text.count(CANARY)
            both = (text, broken(text)) if "corpus" in path.parts else (text,)
            told += [str(path) for one in both if CANARY in said(one, path.name)]
    assert told == []
    assert canaries > 100


def test_none_of_a_file_of_a_proxy_is_said() -> None:
    told = []
    for path in specimens():
        if path.suffix != ".yaml":
            text = file_of_proxy(path)
            told += [path.name for one in (text, broken(text)) if CANARY in said(one, path.name)]
    assert told == []


def test_none_of_one_text_with_everything_is_said() -> None:
    text = f"""apiVersion: v1
kind: Secret
metadata: {{name: a, namespace: shop, annotations: {{note: "{CANARY}"}}}}
data: {{token: {CANARY}, tls.crt: {CANARY}}}
stringData: {{password: {CANARY}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: b, namespace: shop}}
data:
  url: "https://user:{CANARY}@db.example"
  header: "Bearer {CANARY}0123456789abcdef"
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: "https://user:{CANARY}@auth.auth.svc/check"
    nginx.ingress.kubernetes.io/auth-snippet: "proxy_set_header X {CANARY};"
spec:
  ingressClassName: traefik
  tls: [{{hosts: [a.example], secretName: a}}]
  rules:
    - host: a.example
      http: {{paths: [{{path: /, backend: {{service: {{name: b, port: {{number: 1}}}}}}}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: c, namespace: shop}}
spec:
  template:
    spec:
      containers:
        - {{name: c, env: [{{name: API_TOKEN, value: "{CANARY}"}}], args: ["--url=amqp://u:{CANARY}@mq"]}}
"""
    shown = said(text, "given.yaml")
    assert "SAT-010" in shown, "what it is silent about it has seen"
    assert CANARY not in shown
