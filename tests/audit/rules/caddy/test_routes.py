"""CDY-001, 003, 007."""

from tests.audit.showing import found

IDS = {"CDY-001", "CDY-003", "CDY-007"}
ASK = "forward_auth https://gw.example {\n uri /x?\n copy_headers %s\n}\n"
WHOLE, NAIVE = ASK % "Authorization", ASK % "X-User"
APP = "reverse_proxy app:80\n"


def said(site: str) -> list[str]:
    return [one for one in found(f"a.example {{\n{site}}}\n", file="Caddyfile") if one in IDS]


def test_routes() -> None:
    table = {
        APP: [],
        WHOLE + APP: [],
        NAIVE + APP: ["CDY-001"],
        NAIVE + "request_header @x -Authorization\n" + APP: ["CDY-001"],
        "basic_auth {\n bob hash\n}\n" + APP: ["CDY-001"],
        f"handle /a/* {{\n{WHOLE}{APP}}}\nhandle {{\n{APP}}}\n": ["CDY-003"],
        f"handle /a/* {{\n{WHOLE}{APP}}}\nhandle {{\nrespond 404\n}}\n": [],
        WHOLE.replace("forward_auth", "forward_auth /a/*") + APP: ["CDY-003"],
        f"handle /b/* {{\n{WHOLE.replace('forward_auth', 'forward_auth /a/*')}{APP}}}\n": ["CDY-003"],
        f"route {{\nreverse_proxy /sign-in https://gw.example\n{WHOLE}{APP}}}\n": [],
        f"handle_path /a/* {{\n{WHOLE}{APP}}}\n": ["CDY-007"],
        f"rewrite /y\n{WHOLE}{APP}": ["CDY-007"],
        f"rewrite /y\n{APP}": [],
    }
    for site, expected in table.items():
        assert said(site) == expected, site
