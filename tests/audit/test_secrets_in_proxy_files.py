"""No value of a proxy's configuration that may be a secret is told: neither in a finding nor in a route."""

from gateway.audit.check import check
from tests.audit.normal.haproxy_manifests import ASKING, ingress
from tests.audit.showing import estate_of

SECRET = "s3cretvalue"
CADDY = f"""a.example {{
	log
	basic_auth {{
		bob {SECRET}
	}}
	map {{header.x}} {{y}} {{
		"{SECRET}" yes
	}}
	forward_auth http://u:{SECRET}@gw.example:80 {{
		uri /x?key={SECRET}
		header_up X-Key {SECRET}
		copy_headers X-User
	}}
	@key header X-Api-Key {SECRET}
	handle @key {{
		reverse_proxy http://u:{SECRET}@app:80
	}}
	reverse_proxy http://u:{SECRET}@other:80
}}
"""
HAPROXY = f"""global
    log stdout format raw local0
userlist staff
    user alice password {SECRET}
defaults
    mode http
    log global
    option httplog
frontend web
    bind :80
    stats auth admin:{SECRET}
    acl key req.hdr(x-api-key) -m str {SECRET}
    http-request lua.token_gateway http://u:{SECRET}@gw.example/auth/haproxy/x?t={SECRET} 6000 X ,
    http-request set-header X-Key {SECRET}
    http-request deny if !key !{{ req.hdr(x) {SECRET} }}
    use_backend app if {{ hdr(x) {SECRET} }}
    default_backend app
backend app
    server a 10.0.0.1:80
"""
INGRESS = ingress(
    {
        **ASKING,
        "auth-url": f"http://u:{SECRET}@h.example/x?k={SECRET}",
        "headers": f"X-Key: {SECRET}",
        "config-backend": f"http-request deny unless {{ req.hdr(x-api-key) -m str {SECRET} }}",
    }
)


def test_nothing_is_told() -> None:
    for file, text in (("Caddyfile", CADDY), ("haproxy.cfg", HAPROXY), ("ingress.yaml", INGRESS)):
        checked = check(estate_of(text, file=file))
        assert checked.findings, file
        told = [(one.what, one.about, one.place) for one in checked.findings]
        assert SECRET not in repr((told, checked.exposures)), file
