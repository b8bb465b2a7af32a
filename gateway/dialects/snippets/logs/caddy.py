"""What does Caddy write down of a request, if it is to write no token?"""

from typing import Final

_CUT: Final = 'regexp "(?i)^[a-z]+://[^/]*|([?;#]|%3[bf]|%23).*" ""'
"""Off goes what follows the path, and of an absolute-form target what precedes it: user info may be there."""
OPTION: Final = f"""\
	log default {{
		format filter {{
			wrap json
			request>uri {_CUT}
			request>headers delete
			resp_headers delete
			headers delete
			user_id delete
			uri {_CUT}
		}}
	}}
"""
"""Within the global options: the one log, of accesses and of errors."""


def snippet() -> str:
    """Write what belongs at the top of the Caddyfile."""
    return f"""\
# A log of Caddy that holds no token: into the global options at the top of the Caddyfile (2.11 and later).
# Caddy has one log for accesses and errors, and without the filter writes whole requests down, query and all,
# whenever a backend does not answer.
# There is no query, no header, no name of a user. The path is as the client sent it, up to where a query may
# begin: also one that was escaped by mistake (/orders%3Ftoken=...), or a parameter of the path
# (/orders;jsessionid=...). A token in the path itself is written: no format can know which part of a path is
# secret. `gateway leaks redact` takes it out.
#
# In each site: `log`. `header_up X-Request-ID {{http.request.uuid}}` tells the backend a name of the request,
# which Caddy then writes down as `uuid`.
# A `log` of a site that names an output or a format of its own has none of these filters.
# At level DEBUG Caddy writes more: leave it at INFO, the default.
{{
{OPTION}}}
"""
