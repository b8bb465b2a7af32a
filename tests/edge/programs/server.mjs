// How does Node read a request? Says so in one line of JSON on stdout, and answers the same to the client.
// usage: node server.mjs PORT
import { createCipheriv, createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createServer } from 'node:http'

const MARKED = [
  ['Server', 'node'], ['X-Powered-By', 'Node'], ['Keep-Alive', 'timeout=9'], ['Proxy-Authenticate', 'Basic'],
  ['Alt-Svc', 'h3=":443"'], ['Via', '1.1 inner'], ['X-Auth-Subject', 'inner'], ['X-Kept', 'yes'],
  ['Set-Cookie', 'api_token=tossed; Path=/'], ['Set-Cookie', 'theme=dark; Path=/'],
  ['Access-Control-Allow-Origin', '*'], ['Access-Control-Allow-Credentials', 'true'],
]

const pairs = raw => raw.flatMap((name, at) => (at % 2 ? [] : [[name, raw[at + 1]]]))

// AES-CTR of zeros under a key of zeros: no two places of it are alike, and every language has it.
async function keystream(response, size) {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
  const zeros = Buffer.alloc(65536)
  for (let left = size; left > 0; left -= zeros.length)
    if (!response.write(cipher.update(zeros.subarray(0, Math.min(left, zeros.length)))))
      await new Promise(resolve => response.once('drain', resolve))
  response.end()
}

const server = createServer({ maxHeaderSize: 65536 }, async (request, response) => {
  if (request.url === '/v1/early') { // says no before it has read anything
    response.writeHead(403, { 'Content-Length': 2 })
    response.end('no')
    return
  }
  if (request.url === '/v1/hints') response.writeEarlyHints({ link: '</style.css>; rel=preload' })
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const part of request) {
      hash.update(part)
      size += part.length
    }
  } catch {
    return // its client has gone: no whole request was seen
  }
  const seen = JSON.stringify({
    method: request.method, target: request.url, headers: pairs(request.rawHeaders), size,
    digest: hash.digest('hex'), trailers: pairs(request.rawTrailers),
  })
  writeSync(1, seen + '\n')
  const [, , what, argument] = request.url.split('?')[0].split('/')
  if (what === 'bytes') {
    response.writeHead(200, argument.endsWith('s') ? { 'Content-Length': parseInt(argument) } : {})
    await keystream(response, parseInt(argument))
    return
  }
  response.writeHead(200, what === 'marked' ? MARKED.flat() : { 'Content-Type': 'application/json' })
  response.end(seen)
})
server.on('clientError', (error, socket) => { // what llhttp refuses is seen as well, but not an early end
  if (error.code.startsWith('HPE_') && error.code !== 'HPE_INVALID_EOF_STATE')
    writeSync(1, JSON.stringify({ method: 'malformed' }) + '\n')
  socket.destroy()
})
server.requestTimeout = 0
server.listen(parseInt(process.argv[2]), '127.0.0.1')
