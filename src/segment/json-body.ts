import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { isJsonObject } from './json-object'
import { nestingProblem } from './nesting'

/** A request body that cannot be read: `tooLarge` past the limit, otherwise not the JSON it should be. */
export class BodyError extends Error {
  override readonly name = 'BodyError'

  constructor(
    message: string,
    readonly tooLarge: boolean = false
  ) {
    super(message)
  }

  get status(): 400 | 413 {
    return this.tooLarge ? 413 : 400
  }
}

const inflaters = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) }

/**
 * Reads a JSON body whatever its Content-Type, gzip or deflate included.
 * No more than `maxBytes` are held, before and after inflating. Throws BodyError.
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await inflated(await readBytes(request, maxBytes), request.headers.get('content-encoding'), maxBytes)
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new BodyError(`the body is not valid JSON${reasonOf(error as SyntaxError)}`)
  }
}

/**
 * Reads a body that must be a JSON object, not nested too deep. Another content type is refused, as any web page may send
 * it here unasked. Throws BodyError.
 */
export async function readJsonObject(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  const isJson = /^application\/json\b/i.test(request.headers.get('content-type') ?? '')
  if (!isJson) throw new BodyError('send the body with Content-Type: application/json')
  const body = await readJson(request, maxBytes)
  if (!isJsonObject(body)) throw new BodyError('the body must be a JSON object')
  const problem = nestingProblem(body, 'the body')
  if (problem !== undefined) throw new BodyError(problem)
  return body
}

/**
 * The engine's reason, with the position where it tells one. Without the text around it, which comes in double quotes:
 * that may be half of a secret, and the log hides only whole ones.
 */
function reasonOf({ message }: SyntaxError): string {
  const reason = /^Unexpected token '.'|^[^"]+$/su.exec(message)
  return reason ? `: ${reason[0]}` : ''
}

/**
 * A body past the limit is read to its end all the same, as long as a request may take: a client that still writes would
 * be reset, and see no answer.
 */
async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read().catch(broken); part?.value; part = await reader?.read().catch(broken)) {
    size += part.value.byteLength
    if (size <= maxBytes) chunks.push(part.value)
    else chunks.length = 0
  }
  if (size > maxBytes) throw tooLarge(maxBytes)
  return Buffer.concat(chunks)
}

function broken(error: Error): never {
  throw new BodyError(`the body was broken off: ${error.message}`)
}

async function inflated(bytes: Buffer, encoding: string | null, maxBytes: number): Promise<Buffer> {
  if (!encoding || encoding === 'identity') return bytes
  const inflater = Object.entries(inflaters).find(([name]) => name === encoding.toLowerCase())?.[1]
  if (!inflater) throw new BodyError(`Content-Encoding "${encoding}" is not supported; send gzip or plain JSON`)
  try {
    return await inflater(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new BodyError(`the body is not valid ${encoding}`)
  }
}

function tooLarge(maxBytes: number): BodyError {
  return new BodyError(`the body is larger than ${Math.floor(maxBytes / 1024)} KB`, true)
}
