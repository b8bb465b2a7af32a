// How does a backend in Node verify the gateway's token? Reads it on stdin, prints its subject.
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { ISSUER, JWKS_URI, AUDIENCE } = process.env

// Once, at start: it fetches the keys when they are needed and keeps them.
const keys = createRemoteJWKSet(new URL(JWKS_URI))

/** The claims of a token that the gateway made for this backend, now. Throws otherwise. */
async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    typ: 'JWT',
    requiredClaims: ['exp', 'iss', 'aud', 'sub'],
    clockTolerance: 5,
  })
  return payload
}

try {
  const claims = await verify((await text(process.stdin)).trim())
  console.log(claims.sub)
} catch (error) {
  console.error('refused:', error.message)
  process.exitCode = 1
}
