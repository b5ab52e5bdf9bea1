import { Parser } from 'csv-parse'
import { Errors } from '@oclif/core'
import { realId } from '../../lib/heap/identity'
import { MAX_IDENTITY_LENGTH } from '../../lib/heap/limits'
import { MAX_LINE_BYTES, readLines, textOfLine } from '../lines'
import type { Line } from '../lines'
import { openBytes } from '../source'
import type { Source } from '../source'
import { isJsonObject } from '../../segment/json-object'
import { printable } from '../../segment/printable'

/** What a column or field with the userId may be called, without regard to case: the first that there is. */
const ID_NAMES = ['userid', 'user_id', 'identity', 'id']

const NEWLINE = 10
const RETURN = 13

/** Control characters, a character that stands for wrong bytes, half of a surrogate pair. */
const NO_TEXT = /[\u0000-\u001f\ufffd]|\p{Surrogate}/u

export type Row = { id: string } | { line: number; reason: string }

export interface MemberOptions {
  format: 'csv' | 'ndjson'
  /** Column or field that holds the id; absent: whichever of the usual names it has, else the only column. */
  column?: string
  /** Called with what may be a mistake. */
  note: (text: string) => void
}

/** The name of the file tells. Standard input is CSV. */
export function formatOf({ path }: Source): MemberOptions['format'] {
  return /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'ndjson' : 'csv'
}

/** Some rows at a time; not all of them when the signal aborts. */
export function readMembers(source: Source, options: MemberOptions, signal: AbortSignal): AsyncGenerator<Row[]> {
  const bytes = openBytes(source, signal)
  if (options.format === 'csv') return fromCsv(source, bytes, options)
  return fromLines(readLines(bytes, { position: 0, line: 0 }), options)
}

async function* fromLines(lines: AsyncIterable<Line[]>, { column }: MemberOptions): AsyncGenerator<Row[]> {
  for await (const chunk of lines) {
    yield chunk.flatMap((line) => {
      const read = textOfLine(line)
      if ('reason' in read) return [{ line: line.number, reason: read.reason }]
      return read.text === '' ? [] : [fromJson(read.text, line.number, column)]
    })
  }
}

function fromJson(text: string, line: number, column: string | undefined): Row {
  try {
    const value: unknown = JSON.parse(text)
    return rowOf(isJsonObject(value) ? value[fieldIn(Object.keys(value), column) ?? ''] : value, line)
  } catch {
    return { line, reason: 'the line is not valid JSON' }
  }
}

function fieldIn(names: string[], column: string | undefined): string | undefined {
  if (column !== undefined) return names.find((name) => name === column)
  const plain = names.map((name) => name.trim().toLowerCase())
  const usual = ID_NAMES.find((name) => plain.includes(name))
  return usual === undefined ? undefined : names[plain.indexOf(usual)]
}

interface CsvRow {
  record: string[]
  line: number
}

/** Rows with the lines on which they end, by chunk: a stream of rows, or the library's own lines, take twice the time. */
class CsvReader extends Parser {
  private rows: CsvRow[] = []

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null)
    this.rows.push({ record, line: this.info.lines })
    return true
  }

  /** The rows that end in this chunk; without one, the last row. Rejects when it is not CSV. */
  async rowsIn(chunk?: Buffer): Promise<CsvRow[]> {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve())
      if (chunk) this.write(chunk, done)
      else this.end(done)
    })
    return this.rows.splice(0)
  }
}

async function* fromCsv(source: Source, chunks: AsyncIterable<Buffer>, options: MemberOptions): AsyncGenerator<Row[]> {
  const rows: Row[] = []
  const bytes = shortLines(chunks, (line, reason) => rows.push({ line, reason }))
  let at: number | undefined
  let columns = 0
  for await (const found of csvRows(source, bytes)) {
    for (const { record, line } of found) {
      if (at === undefined) {
        const header = fieldIn(record, options.column)
        if (header === undefined) requireIdsAlone(source, record, line, options)
        at = Math.max(
          0,
          record.findIndex((name) => name === header)
        )
        columns = record.length
        if (header !== undefined) continue
      }
      rows.push(record.length > columns ? tooLong(record, columns, line) : rowOf(record[at], line))
    }
    yield rows.splice(0)
  }
}

/** Bytes up to the end of a line, however it ends. Lines that are too long are empty, so that the others keep their numbers. */
async function* shortLines(
  chunks: AsyncIterable<Buffer>,
  onLong: (line: number, reason: string) => void
): AsyncGenerator<Buffer> {
  const tooLong = (line: number) => onLong(line, `the line is longer than ${MAX_LINE_BYTES} bytes`)
  let begun: Buffer[] = []
  let length = 0
  let lines = 0
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      const first = chunk.indexOf(NEWLINE)
      const isLong = length + first > MAX_LINE_BYTES
      if (isLong) tooLong(lines + 1)
      yield withoutReturns(isLong ? chunk.subarray(first, end) : Buffer.concat([...begun, chunk.subarray(0, end)]))
      lines += countOf(NEWLINE, chunk)
      begun = []
      length = 0
    }
    length += chunk.length - end
    begun = length > MAX_LINE_BYTES ? [] : [...begun, chunk.subarray(end)]
  }
  if (length > MAX_LINE_BYTES) tooLong(lines + 1)
  else yield withoutReturns(Buffer.concat(begun))
}

function withoutReturns(bytes: Buffer): Buffer {
  if (!bytes.includes(RETURN)) return bytes
  return Buffer.from(bytes.toString('latin1').replace(/\r(?=\n|$)/g, ''), 'latin1')
}

/** Without a call for each, which takes longer. */
function countOf(wanted: number, bytes: Buffer): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === wanted) count++
  return count
}

async function* csvRows(source: Source, chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  const reader = new CsvReader({
    bom: true,
    relax_column_count: true,
    skip_records_with_empty_values: true,
    max_record_size: MAX_LINE_BYTES
  })
  // Whoever waits for rows is told of it.
  reader.on('error', () => undefined)
  try {
    for await (const chunk of chunks) yield await reader.rowsIn(chunk)
    yield await reader.rowsIn()
  } catch (error) {
    if (error instanceof Errors.CLIError) throw error
    const hint = 'double each quote inside quoted text; pass --format ndjson for NDJSON'
    throw new Errors.CLIError(`cannot read ${source.path} as CSV: ${(error as Error).message} (${hint})`)
  }
}

/** A table that is read in a wrong way makes people of what is none, and Heap keeps them for ever. */
function requireIdsAlone({ path }: Source, first: string[], line: number, { column, note }: MemberOptions): void {
  const names = printable(first.slice(0, 20).join(', '))
  if (column !== undefined) throw new Errors.CLIError(`--column: the first row has no "${column}"; it has ${names}`)
  const [cell = ''] = first
  if (first.length === 1 && /[;|\t]/.test(cell)) {
    throw new Errors.CLIError(
      `${path} seems to have its columns separated by ; or | or tabs: separate them by commas, or name the column with --column`
    )
  }
  if (first.length > 1) {
    throw new Errors.CLIError(
      `${path} has no column userId, user_id, identity or id: name the column of the IDs with --column; it has ${names}`
    )
  }
  note(`${path}: no column is called userId, user_id, identity or id: row ${line}, "${cell}", is a member`)
}

/** A comma that is not in quotes shifts the columns, and another one would be taken for the id. */
function tooLong({ length }: string[], columns: number, line: number): Row {
  return {
    line,
    reason: `the row has ${length} columns, the first row has ${columns}: put text with a comma in quotes`
  }
}

function rowOf(value: unknown, line: number): Row {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return { line, reason: 'the id is a number that cannot be read exactly; write it in quotes' }
  }
  const id = realId(value)
  if (id === undefined) return { line, reason: 'the id is missing or a placeholder' }
  if (id.length > MAX_IDENTITY_LENGTH) return { line, reason: `the id has more than ${MAX_IDENTITY_LENGTH} characters` }
  if (NO_TEXT.test(id)) return { line, reason: 'the id holds control characters or is not valid UTF-8' }
  return { id }
}
