"""HAProxy's `jwt_verify`, and the same HAProxy that answers 200 to everybody: its floor.

One thread, no log. It checks algorithm, issuer, audience, expiry, scope and signature. It has no cache, and
it reads one key per algorithm; it has no decision record, no minted token, no policy beyond these lines.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from loadtest.contenders.running import BIN, Contender, Server, free_port, running
from loadtest.issuer import AUDIENCE, ISSUER

_CONFIGURATION = """\
global
  nbthread 1
  maxconn 2000
defaults
  mode http
  timeout connect 5s
  timeout server 1h
  timeout client 1h
  timeout http-keep-alive 1h
frontend bench
  bind 127.0.0.1:{port}
{checks}
  http-request return status 200
"""

_CHECKS = """\
  http-request set-var(txn.token) http_auth_bearer
  http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
  http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request set-var(txn.iss) var(txn.token),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.token),jwt_payload_query('$.aud')
  http-request set-var(txn.scope) var(txn.token),jwt_payload_query('$.scope')
  http-request deny deny_status 401 unless {{ var(txn.alg) -m str RS256 ES256 }}
  http-request deny deny_status 401 unless {{ var(txn.iss) -m str {issuer} }}
  http-request deny deny_status 401 unless {{ var(txn.aud) -m str {audience} }}
  http-request deny deny_status 401 unless {{ var(txn.exp),sub(txn.now) -m int gt 0 }}
  http-request deny deny_status 403 unless {{ var(txn.scope) -m sub orders:read }}
  acl rsa var(txn.alg) -m str RS256
  acl rsa-good var(txn.token),jwt_verify(txn.alg,"{keys}/RS256.pem") -m int 1
  acl ec-good var(txn.token),jwt_verify(txn.alg,"{keys}/ES256.pem") -m int 1
  http-request deny deny_status 401 if rsa !rsa-good
  http-request deny deny_status 401 if !rsa !ec-good
"""


@contextmanager
def _start(folder: Path, keys: Path, *, verifies: bool) -> Iterator[Server]:
    port, file = free_port(), folder / "haproxy.cfg"
    checks = _CHECKS.format(keys=keys, issuer=ISSUER, audience=AUDIENCE) if verifies else ""
    file.write_text(_CONFIGURATION.format(port=port, checks=checks))
    with running([str(BIN / "haproxy"), "-db", "-f", str(file)], folder, port) as server:
        yield server


FLOOR = Contender(name="HAProxy return 200", start=partial(_start, verifies=False), verifies=False)
VERIFYING = Contender(name="HAProxy jwt_verify", start=partial(_start, verifies=True))
