"""What asks the gateway from within HAProxy? One Lua script, the same for every policy."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets.settings import Settings

SCRIPT: Final = r"""-- Token Gateway: the action by which HAProxy (2.6 and later) asks it. No library.
-- Nothing here depends on a policy: what does, stands in the arguments that `gateway snippet haproxy` writes.
-- Save this as token_gateway.lua in the directory that HAProxy is started in.
--
-- It permits on exactly 200, and says so at its very end in txn.token_gateway_permit. The configuration goes
-- by that variable alone: where a script fails, HAProxy goes on with the next rule. Whatever is not an answer
-- of the gateway's is left to that rule as well, which answers 503.
--
-- What HAProxy cannot do, and what follows:
-- * Its HTTP client takes 101 header lines: a request with more than 90 is refused here (431).
-- * A request that leaves no room for the gateway's headers is refused as well (431; see tune.bufsize).

local MAX_HEADERS = 90

-- What shows the gateway that it is HAProxy who asks, where the policy asks for it; from the environment.
local CALLER = os.getenv("TOKEN_GATEWAY_CALLER")

local function set_of(...)
  local set = {}
  for _, name in ipairs({ ... }) do set[name] = true end
  return set
end

-- What is the client's and not asked with: the framing of its own request, and what it says in our voice.
-- Upgrade is told of in a header of ours: it would ask the gateway for one.
local NOT_ASKED_WITH = set_of(
  "host", "content-length", "transfer-encoding", "expect", "upgrade",
  "x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri", "x-forwarded-for"
)
local IN_OUR_VOICE = "^x%-token%-gateway%-"

-- What the client gets of a refusal.
local RELAYED = set_of(
  "cache-control", "content-type", "retry-after", "vary", "www-authenticate",
  "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
  "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"
)

-- What the configuration adds to the answer of the backend, as txn.token_gateway_vary and so on.
local ON_SUCCESS = {
  "vary", "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
}

-- "A,B" as a list; "," is none.
local function split(text)
  local list = {}
  for one in text:gmatch("[^,]+") do list[#list + 1] = one end
  return list
end

-- HAProxy gives the values of a header in a table that begins with 0.
local function values(headers, name)
  local list, found, i = {}, headers and headers[name], 0
  while found and found[i] do
    list[#list + 1] = found[i]
    i = i + 1
  end
  return list
end

-- The headers to ask with, and how many lines they are.
local function question(txn, removes_query)
  local client, asked, lines = txn.http:req_get_headers(), {}, 0
  local tls = txn.f:ssl_fc()  -- a number before HAProxy 3.1
  for name in pairs(client) do
    if not NOT_ASKED_WITH[name] and not name:find(IN_OUR_VOICE) then
      asked[name] = values(client, name)
      lines = lines + #asked[name]
    end
  end
  asked["x-forwarded-method"] = { txn.sf:method() }
  asked["x-forwarded-proto"] = { (tls == true or tls == 1) and "https" or "http" }
  asked["x-forwarded-host"] = { txn.sf:req_fhdr("host") }
  asked["x-forwarded-uri"] = { txn.sf:pathq() }
  asked["x-forwarded-for"] = { txn.sf:src() }
  local upgrade = values(client, "upgrade")
  if #upgrade > 0 then asked["x-token-gateway-upgrade"] = { table.concat(upgrade, ",") } end
  if CALLER then asked["x-token-gateway-caller"] = { CALLER } end
  if removes_query then asked["x-token-gateway-removes"] = { "query" } end
  return asked, lines
end

-- The target without the parameters of these names, the rest byte for byte.
local function without(target, names)
  local path, query = target:match("^([^?]*)%?(.*)$")
  local kept, removed = {}, false
  for separator, pair in ("&" .. (query or "")):gmatch("([&;])([^&;]*)") do
    if names[pair:match("^[^=]*")] then
      removed = true
    else
      kept[#kept + 1] = (#kept > 0 and separator or "?") .. pair
    end
  end
  return removed and path .. table.concat(kept) or target
end

-- Each of these headers as the answer has it, or gone. False where one did not fit into the buffer beside the
-- client's own: HAProxy leaves it out without a word, and a client could choose which.
local function replace(txn, names, answered)
  local wanted = {}
  for _, name in ipairs(names) do
    wanted[name] = values(answered, name)[1] or ""
    txn.http:req_del_header(name)
    if wanted[name] ~= "" then txn.http:req_add_header(name, wanted[name]) end
  end
  local there = txn.http:req_get_headers()
  for name, value in pairs(wanted) do
    local found = values(there, name)
    if #found > 1 or (found[1] or "") ~= value then return false end
  end
  return true
end

-- Ends the transaction: nothing reaches the backend.
local function refuse(txn, status, headers, body)
  local reply = txn:reply()
  reply:set_status(status)
  for name in pairs(headers) do
    if RELAYED[name] and not (status == 204 and name == "content-type") then
      for _, value in ipairs(values(headers, name)) do reply:add_header(name, value) end
    end
  end
  if status ~= 204 then reply:set_body(body or "") end
  txn:done(reply)
end

-- HAProxy's client makes a 502, 503 or 504 of its own where nobody answers: in HTML, and not the gateway's.
local function is_refusal(answer)
  local kind = values(answer.headers, "content-type")[1]
  return answer.status >= 400 and answer.status < 500 or answer.status == 503 and kind == "application/json"
end

-- Arguments: the gateway's URL for this policy, its time in ms, the headers that are the gateway's to set,
-- the query parameters that carry a token.
core.register_action("token_gateway", { "http-req" }, function(txn, url, timeout, replaced, removed)
  local parameters = split(removed)
  local headers, lines = question(txn, #parameters > 0)
  if lines > MAX_HEADERS then return refuse(txn, 431, {}) end
  local sent, answer = pcall(function()
    return core.httpclient():get({ url = url, headers = headers, timeout = tonumber(timeout) })
  end)
  if not sent or not answer or not answer.status then return end
  txn:set_var("txn.token_gateway_status", answer.status)
  if answer.status ~= 200 then
    if not is_refusal(answer) then return end
    local preflight = answer.status == 403 and values(answer.headers, "x-token-gateway-preflight")[1] == "204"
    return refuse(txn, preflight and 204 or answer.status, answer.headers, answer.body)
  end
  if not replace(txn, split(replaced:lower()), answer.headers) then return refuse(txn, 431, {}) end
  for _, name in ipairs(ON_SUCCESS) do
    local value = values(answer.headers, name)[1]
    if value then txn:set_var("txn.token_gateway_" .. name:gsub("-", "_"), value) end
  end
  txn:set_var("txn.token_gateway_target", without(txn.sf:pathq(), set_of(table.unpack(parameters))))
  txn:set_var("txn.token_gateway_permit", true)
end, 4)
"""


def snippet(_policy: Policy, _settings: Settings) -> str:
    """Write token_gateway.lua."""
    return SCRIPT
