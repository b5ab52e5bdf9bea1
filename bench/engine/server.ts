import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'

/** A Heap that takes everything, in a process of its own, so that its work is not counted. Arguments: key and certificate for TLS. */
const [keyFile, certificateFile] = process.argv.slice(2)

const answer: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
}

const server = keyFile
  ? createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, answer)
  : createServer(answer)

// A contender's connections are idle while the others take their turns.
server.keepAliveTimeout = 0

let connections = 0
server.on('connection', () => connections++)
process.on('message', () => process.send?.({ connections }))
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
