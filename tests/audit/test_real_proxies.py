"""What the audit says of a haproxy.cfg and of a Caddyfile is what the real proxies do.

Each case is a door of its own. Whoever sends `X-Pass: yes` is let in by whoever is asked. For each path:
whether somebody who is not let in reaches the backend, and which token it gets of somebody who is.
"""

from http.client import HTTPConnection
from pathlib import Path

import pytest

from gateway.audit.exposure import Exposure, PathKind, Reaches
from tests.audit.showing import exposures
from tests.wire.caddy import Caddy
from tests.wire.components import Component, locate
from tests.wire.processes import Program, free_port

pytestmark = pytest.mark.wire

PATHS = ("/", "/api", "/api/x", "/apix", "/health", "/open/x", "/api/open/x")

ASK = "forward_auth 127.0.0.1:AUTH {\n uri /verify?\n copy_headers Authorization\n}\n"
NAIVE = ASK.replace("Authorization", "X-User")
APP = "reverse_proxy 127.0.0.1:APP\n"
CADDY_CASES = (
    APP,
    ASK + APP,
    APP + ASK,
    f"route {{\n{APP}{ASK}}}\n",
    NAIVE + APP,
    NAIVE + "request_header -Authorization\n" + APP,
    NAIVE + "reverse_proxy 127.0.0.1:APP {\n header_up -Authorization\n}\n",
    ASK.replace("forward_auth", "forward_auth /api/*") + APP,
    "@private not path /health\n" + ASK.replace("forward_auth", "forward_auth @private") + APP,
    f"handle /api/* {{\n{ASK}{APP}}}\nhandle {{\n{APP}}}\n",
    f"handle /api/* {{\n{ASK}}}\n{APP}",
    f"handle /open/* {{\n{APP}}}\nhandle {{\n{ASK}{APP}}}\n",
    f"handle_path /api/* {{\n{ASK}reverse_proxy /open/* 127.0.0.1:APP\n}}\n",
    f"route {{\n{ASK}handle /api/* {{\n{APP}}}\nhandle {{\n{APP}}}\n}}\n",
    f"respond /health ok\n{ASK}{APP}",
    f"route /api/* {{\n{ASK}{APP}}}\nroute {{\n{APP}}}\n",
)

QUESTION = "http-request lua.token_gateway http://127.0.0.1:1/auth/haproxy/orders 6000 Authorization ,"
OTHER = "http-request lua.auth-request auth /verify"
HAPROXY_CASES = (
    (),
    (QUESTION, "http-request deny unless { var(txn.token_gateway_permit) -m bool }"),
    (QUESTION,),
    (OTHER, "http-request deny unless { var(txn.auth_response_successful) -m bool }"),
    (
        OTHER,
        "http-request deny unless { var(txn.auth_response_successful) -m bool }",
        "http-request del-header Authorization",
    ),
    (OTHER, "http-request deny if { path_beg /api } !{ var(txn.auth_response_successful) -m bool }"),
    (OTHER, "http-request deny unless { path /health } || { var(txn.auth_response_successful) -m bool }"),
    (
        "acl ok var(txn.auth_response_successful) -m bool",
        "acl public path_beg /open /health",
        OTHER,
        "http-request deny if !ok !public",
    ),
    (
        "http-request allow if { path /health }",
        OTHER,
        "http-request deny unless { var(txn.auth_response_successful) -m bool }",
    ),
)
SCRIPT = """
core.register_action("token_gateway", { "http-req" }, function(txn)
  txn.http:req_del_header("authorization")
  if txn.sf:req_hdr("x-pass") == "yes" then txn:set_var("txn.token_gateway_permit", true) end
end, 4)
core.register_action("auth-request", { "http-req" }, function(txn)
  txn:set_var("txn.auth_response_successful", txn.sf:req_hdr("x-pass") == "yes")
end, 2)
"""


def test_caddy(tmp_path: Path) -> None:
    auth, app, ports = free_port(), free_port(), [free_port() for _ in CADDY_CASES]
    cases = [one.replace("AUTH", str(auth)).replace("APP", str(app)) for one in CADDY_CASES]
    doors = "".join(f"http://:{port} {{\n{case}}}\n" for port, case in zip(ports, cases, strict=True))
    text = (
        "{\n admin off\n persist_config off\n auto_https off\n}\n"
        f"http://:{auth} {{\n @yes header X-Pass yes\n header @yes Authorization minted\n respond @yes 200\n"
        f" respond 401\n}}\n"
        f"http://:{app} {{\n respond token={{http.request.header.Authorization}}\n}}\n{doors}"
    )
    with Caddy(text, tmp_path, port=auth) as caddy:
        for port in (app, *ports):  # it opens each server on its own, in no order
            caddy.program.wait_for_port(port)
        wrong = [
            f"{case}{said}"
            for port, case in zip(ports, cases, strict=True)
            for said in differences(port, list(exposures(f"http://:80 {{\n{case}}}\n", file="Caddyfile")))
        ]
    assert wrong == []


def test_haproxy(tmp_path: Path) -> None:
    ports = [free_port() for _ in HAPROXY_CASES]
    (tmp_path / "ask.lua").write_text(SCRIPT)
    doors = "".join(door(n, *one) for n, one in enumerate(zip(ports, HAPROXY_CASES, strict=True)))
    said = '"token=%[req.hdr(authorization)]"'
    answer = f"http-request return status 200 content-type text/plain lf-string {said}"
    text = (
        f"global\n lua-load {tmp_path}/ask.lua\ndefaults\n mode http\n timeout client 5s\n"
        f" timeout server 5s\n timeout connect 5s\n{doors}backend app\n {answer}\nbackend auth\n"
        f" server a 127.0.0.1:1\n"
    )
    file = tmp_path / "haproxy.cfg"
    file.write_text(text)
    # The answer of the backend is its own: for the audit it is a server.
    found = exposures(text.replace(answer, "server a 127.0.0.1:1"), file="haproxy.cfg")
    with Program([locate(Component.HAPROXY), "-db", "-f", file], tmp_path) as program:
        for port in ports:
            program.wait_for_port(port)
        wrong = [
            f"{case}: {said}"
            for n, (port, case) in enumerate(zip(ports, HAPROXY_CASES, strict=True))
            for said in differences(port, [one for one in found if one.source.owner == f"frontend case{n}"])
        ]
    assert wrong == []


# --- private ---


def door(number: int, port: int, case: tuple[str, ...]) -> str:
    lines = "".join(f" {one}\n" for one in case)
    return f"frontend case{number}\n bind 127.0.0.1:{port}\n{lines} default_backend app\n"


def differences(port: int, said: list[Exposure]) -> list[str]:
    """Where the audit says otherwise than a real request shows."""
    found: list[str] = []
    for path in PATHS:
        one = next((each for each in sorted(said, key=lambda e: e.rank) if meant(each, path)), None)
        is_open = one is not None and bool(one.backends) and not one.is_protected
        stranger = asked(port, path, {})
        if is_open is not (stranger is not None):
            found.append(f"{path}: the audit says {'open' if is_open else 'closed'}: {stranger}")
        friend = asked(port, path, {"X-Pass": "yes"})
        if one is None or friend is None or not one.backends:
            continue
        survives = friend == "token=client"
        if survives is not (one.token.reaches is Reaches.YES):
            found.append(f"{path}: the audit says that the token reaches it: {one.token}, {friend}")
    return found


def meant(one: Exposure, path: str) -> bool:
    match one.path.kind:
        case PathKind.EXACT:
            return path == one.path.value
        case PathKind.BEGINS_WITH:
            return path.startswith(one.path.value)
        case PathKind.PREFIX:
            assert one.path.value == "/"
            return True
        case _:
            raise AssertionError(one.path)


def asked(port: int, path: str, headers: dict[str, str]) -> str | None:
    """What the backend has answered; None where it was not reached."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Authorization": "client", **headers})
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer if answer.startswith("token=") else None
