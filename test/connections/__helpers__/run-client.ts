import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { CERTIFICATE } from './tls-heap'

export type NodeFetch = '2.7.0' | '2.6.1'

export interface Order {
  /** The address of the TLS server that stands for Heap. */
  url: string
  requests: number
  concurrency: number
}

export interface Report {
  /** The version of node-fetch that core's requests went through. */
  nodeFetch: string
  /** One for each track call: 200, or the status of the error it ended with. */
  statuses: number[]
}

const ROOT = join(__dirname, '../../..')
const PRELOADS: Record<NodeFetch, string[]> = { '2.7.0': [], '2.6.1': [join(__dirname, 'node-fetch-2.6.1.ts')] }

/** Sends track calls from a process of its own, and resolves once that has ended by itself. */
export async function runClient(order: Order, nodeFetch: NodeFetch): Promise<Report> {
  const preloads = ['ts-node/register', ...PRELOADS[nodeFetch]].flatMap((file) => ['-r', file])
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE }
  const client = spawn(process.execPath, [...preloads, join(__dirname, 'client.ts'), JSON.stringify(order)], {
    cwd: ROOT,
    env
  })
  let [printed, complaints] = ['', '']
  client.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  client.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const code = await new Promise((resolve) => client.on('close', resolve))
  if (code !== 0) throw new Error(`The client ended with ${String(code)}:\n${complaints}`)
  return JSON.parse(printed) as Report
}
