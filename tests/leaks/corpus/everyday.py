"""How do secrets stand in files of everyday: shells, environments, manifests, code, logs?"""

from base64 import b64encode
from collections.abc import Iterator

from tests.leaks.made import CLAIMS, KEYS, Maker


def files(seed: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of each, with secrets of this seed."""
    m = Maker(seed)
    value = m.text(32)
    token = m.jwt("RS256").decode()
    yield (
        "shell.sh",
        f"""#!/bin/sh
curl -sS -H "Authorization: Bearer {value}" https://api.example.com/v1/orders
curl -H 'X-Api-Key: {m.text(24)}' https://api.example.com/
curl --header "Authorization: Basic {b64encode(b"alice:" + m.text(12).encode()).decode()}" https://api.example.com/
curl -u alice:{m.text(14)} https://api.example.com/
curl --user "alice:{m.text(14)}" https://api.example.com/
export API_TOKEN={m.text(32)}
API_KEY="{m.text(32)}" ./run --password '{m.text(16)}' --access-token={m.text(40)}
git clone https://oauth2:{m.text(26)}@git.example.com/shop.git
""".encode(),
    )
    yield (
        "app.env",
        f"""DB_PASSWORD={m.text(20)}
CLIENT_SECRET='{m.text(40)}'
SESSION_SECRET={m.text(48)}
AWS_SECRET_ACCESS_KEY={m.text(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
DATABASE_URL=postgres://shop:{m.text(16)}@db:5432/shop
""".encode(),
    )
    yield (
        "secret.yaml",
        f"""apiVersion: v1
kind: Secret
metadata:
  name: orders
data:
  token: {b64encode(token.encode()).decode()}
  password: {b64encode(m.text(20).encode()).decode()}
stringData:
  api-key: {m.text(32)}
""".encode(),
    )
    yield from _code(m, token)


# --- private ---


def _code(m: Maker, token: str) -> Iterator[tuple[str, bytes]]:
    yield (
        "config.json",
        f"""{{
  "clientSecret": "{m.text(40)}",
  "api_key": "{m.text(32)}",
  "auth": {{"token": "{m.text(36)}", "password": "{m.text(16)}"}},
  "jwt": "{token}"
}}
""".encode(),
    )
    yield (
        "settings.py",
        f"""API_KEY = "{m.text(32)}"
client = Client(token="{m.text(40)}", secret_key='{m.text(32)}')
headers = {{"Authorization": "Bearer {token}"}}
password = "{m.text(18)}"
""".encode(),
    )
    yield (
        "access.log",
        "".join(
            f"10.0.0.{number} - - [27/Nov/2026:10:00:00 +0000] "
            f'"GET /a?access_token={m.jwt("ES256", CLAIMS).decode()}&x=1 HTTP/1.1" 200 1\n'
            for number in range(3)
        ).encode(),
    )
    yield "keys.txt", "".join(f"{id_}: {make(m)}\n" for id_, make in KEYS.items()).encode()
    yield "id_rsa", m.pem("OPENSSH PRIVATE KEY", 1800) + b"\n"
