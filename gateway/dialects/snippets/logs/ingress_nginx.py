"""What does ingress-nginx write down of a request, if it is to write no token?"""

from typing import Final

from gateway.dialects.snippets.logs import nginx

SETTINGS: Final = f"""\
  error-log-level: crit
  log-format-upstream: >-
    {nginx.PLAIN}
"""


def snippet() -> str:
    """Write what belongs into the controller's ConfigMap."""
    return f"""\
# An access log of ingress-nginx that holds no token, for the ConfigMap of the controller.
# It has no query, no header, no name of a user: the default has $request and $http_referer. $uri is the path
# alone, decoded: a token in the path itself, and a query whose question mark was escaped, is written.
# `gateway leaks redact` takes it out.
#
# The error log: at error and below it writes the whole request line with its query, and the Referer, whenever
# a backend does not answer; at info also header lines that came twice. So crit. Leave enable-auth-access-log
# and enable-rewrite-log alone: they are off.
data:
{SETTINGS}"""
