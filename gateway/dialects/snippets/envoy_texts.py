"""What does Envoy's configuration say to its reader, and which scripts does it hold?"""

from typing import Final

HEAD: Final = """\
# Token Gateway in front of policy "{policy}": a bootstrap for Envoy 1.40 or later.
# Envoy asks the gateway about every request, takes the client's credential away and gives the backend
# the gateway's own token. Whatever the gateway does not allow, and every failure to ask, is refused.
#
# The filters, in their order, and what each is for:
# * token-gateway-carriers: what Envoy tells the gateway is Envoy's own word, never the client's.
{cors}\
{cookies}\
# * ext_authz: asks with the request's own method, Host and target, and with all of its headers, so that
#   the gateway sees look-alikes and refuses them. Only 200 is a permit. A body is never announced.
# * token-gateway-clean: every credential and identity header of the client goes; then the gateway's come,
#   out of its answer alone. Whatever answers in the gateway's place, the client's do not survive. Names
#   that CGI and the like confuse with others (X_Auth_Subject) do not reach the backend at all.
{query}\
#
# Every host is asked about: the gateway knows the policy's ({hosts}).
# An Upgrade is refused here{upgrade}.
# The target goes through untouched (no normalisation, no merged slashes): what was judged is what the
# backend gets, and the gateway refuses what two readers would read differently.
#
# What Envoy cannot do, and what follows:
# * An outage that the gateway reports (5xx) reaches the client as an empty 503, without Retry-After.
# * Two Authorization headers arrive as one with a comma: the gateway refuses it.
# * A refused target in absolute form is a 404.
# * At log level debug and below it writes whole requests, tokens and all: leave it at info. The access
#   log below has no query and no header.
# * Behind another proxy of yours, set xff_num_trusted_hops, or that proxy passes for every client.

# For TLS add a transport_socket to the filter chain: tokens belong on TLS (RFC 6750 section 5.3).
"""
HEAD_CORS: Final = """\
# * cors: answers the preflights of the policy's origins, and is the one voice on CORS: what the backend
#   says of it is dropped, for a browser refuses two. It answers before the gateway is asked.
"""
HEAD_COOKIES: Final = """\
# * token-gateway-cookies: makes one Cookie header of several, as RFC 9113 section 8.2.3 says. ext_authz
#   would put a comma between them, and a token would hide behind it in the value of another cookie.
#   (On its way a byte that is no UTF-8 becomes an exclamation mark.)
"""
HEAD_QUERY: Final = """\
# * token-gateway-query: takes the token out of the query, the rest stays byte for byte. The gateway has
#   refused every request with two of them, or with an escaped spelling of the name. (Do not use
#   query_parameter_mutations for it: that decodes the other parameters.)
"""
ONE_COOKIE: Final = """\
function envoy_on_request(request)
  local headers = request:headers()
  local values = {}
  for number = 0, headers:getNumValues("cookie") - 1 do
    values[#values + 1] = headers:getAtIndex("cookie", number)
  end
  if #values < 2 then return end
  headers:remove("cookie")
  headers:add("cookie", table.concat(values, "; "))
end
"""
CLEAN_QUERY: Final = """\
local taken = {{ {names} }}
function envoy_on_request(request)
  local headers = request:headers()
  local path, query = headers:get(":path"):match("^([^?]*)%?(.*)$")
  if path == nil then return end
  local kept = {{}}
  for separator, pair in ("&" .. query):gmatch("([&;])([^&;]*)") do
    if not taken[pair:match("^[^=]*")] then kept[#kept + 1] = separator .. pair end
  end
  local rest = table.concat(kept)
  headers:replace(":path", rest == "" and path or path .. "?" .. rest:sub(2))
end
"""
