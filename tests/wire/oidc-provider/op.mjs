// Which tokens does a certified OpenID Provider issue, and what if it rotates its keys or breaks?
//
// npm oidc-provider with clients for machines, JWT access tokens (RFC 9068), and a second port from which a
// test controls it. When both listen it writes one line of JSON: {"issuer": ..., "control": ...}.
//
// A resource is <audience>/<algorithm>, such as https://api.example.com/ES256: the token's aud is the audience
// alone, so that every audience can be had in every algorithm.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import Provider, { errors } from 'oidc-provider'

const SCOPES = 'orders:read orders:write'
const LIFETIME_S = { 'short-lived': 1 } // of the tokens of a client
const CLIENTS = { reader: 'orders:read', writer: SCOPES, unscoped: undefined, 'short-lived': SCOPES }
const KEY_TYPES = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
}
const METADATA = /^\/(jwks|\.well-known\/)/

// --- the provider; its keys are fixed when it is made, so rotation makes another ------------------------------

const makeKeys = () =>
  Object.entries(KEY_TYPES).map(([alg, [type, options]]) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
    alg,
    use: 'sig',
    kid: `${alg}-${randomUUID()}`,
  }))

const client = ([id, scope]) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  ...(scope && { scope }),
})

function resourceServer(ctx, resource, { clientId }) {
  const [, audience, alg] = /^(https:\/\/[a-z.-]+)\/([A-Za-z0-9]+)$/.exec(resource) ?? []
  if (!(alg in KEY_TYPES)) throw new errors.InvalidTarget()
  return {
    audience,
    scope: SCOPES,
    accessTokenFormat: 'jwt',
    accessTokenTTL: LIFETIME_S[clientId] ?? 300,
    jwt: { sign: { alg } },
  }
}

const makeProvider = (issuer, keys) =>
  new Provider(issuer, {
    jwks: { keys },
    clients: Object.entries(CLIENTS).map(client),
    scopes: SCOPES.split(' '),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
    },
  })

// --- what a test controls ---------------------------------------------------------------------------------------

const fetched = { jwks: 0, discovery: 0 }
const hanging = new Set()
let keys = makeKeys()
let fault = 'none'
let provider

// Faults touch keys and metadata only: a test still gets tokens while the gateway cannot fetch keys.
const faults = {
  none: (request, response) => provider(request, response),
  refuses: (request) => request.socket.destroy(),
  unavailable: (request, response) => response.writeHead(503).end(),
  hangs: (request, response) => hanging.add(response),
  garbage: (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys": [\x00'),
  empty: (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys": []}'),
}

const commands = {
  'GET /fetched': () => fetched,
  'POST /rotate': (query) => {
    keys = query.has('keep') ? [...makeKeys(), ...keys] : makeKeys()
    provider = makeProvider(issuer, keys).callback()
    return { kids: keys.map(({ kid }) => kid) }
  },
  'POST /fault': (query) => {
    if (!(query.get('is') in faults)) throw new Error('no such fault')
    fault = query.get('is')
    for (const response of hanging) response.destroy()
    hanging.clear()
    return { fault }
  },
}

function serve(request, response) {
  if (!METADATA.test(request.url)) return provider(request, response)
  fetched[request.url.startsWith('/jwks') ? 'jwks' : 'discovery'] += 1
  faults[fault](request, response)
}

function control(request, response) {
  const url = new URL(request.url, 'http://127.0.0.1')
  const command = commands[`${request.method} ${url.pathname}`]
  response.writeHead(command ? 200 : 404).end(JSON.stringify(command?.(url.searchParams) ?? null))
}

const listen = (handler) =>
  new Promise((resolve) => {
    const server = createServer(handler).listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`))
  })

const issuer = await listen(serve)
provider = makeProvider(issuer, keys).callback()
console.log(JSON.stringify({ issuer, control: await listen(control) }))
