import { parse } from 'csv-parse'
import { Readable } from 'node:stream'
import { Errors } from '@oclif/core'
import { MAX_IDENTITY_LENGTH, realId } from '../../lib/identity'
import { MAX_LINE_BYTES, readLines } from '../backfill/lines'
import type { Line } from '../backfill/lines'
import { openBytes } from '../backfill/source'
import type { Source } from '../backfill/source'
import { textOfLine } from '../backfill/text-of-line'
import { isObject } from '../load-definition'

/** What a column or field with the userId may be called, without regard to case. */
const ID_NAMES = ['userid', 'user_id', 'user id', 'id', 'identity']

const LINE_END = Buffer.from('\n')
const EMPTY = Buffer.alloc(0)

export type Member = { id: string } | { line: number; reason: string }

export interface MemberOptions {
  format: 'csv' | 'ndjson'
  /** Column or field that holds the id; absent: whichever of the usual names it has, else the first column. */
  column?: string
}

/** By the name of the file. Standard input is CSV. */
export function formatOf({ name }: Source): MemberOptions['format'] {
  return /\.(ndjson|jsonl|json)(\.gz)?$/i.test(name) ? 'ndjson' : 'csv'
}

/** One member a row, some at a time; not all of them when the signal aborts. */
export function readMembers(source: Source, options: MemberOptions, signal: AbortSignal): AsyncGenerator<Member[]> {
  const lines = readLines(openBytes(source, signal), { position: 0, line: 0 })
  return options.format === 'csv' ? fromCsv(source, lines, options) : fromLines(lines, options)
}

async function* fromLines(lines: AsyncIterable<Line[]>, { column }: MemberOptions): AsyncGenerator<Member[]> {
  for await (const chunk of lines) {
    yield chunk.flatMap((line) => {
      const read = textOfLine(line)
      if ('reason' in read) return [{ line: line.number, reason: read.reason }]
      return read.text === '' ? [] : [fromJson(read.text, line.number, column)]
    })
  }
}

function fromJson(text: string, line: number, column: string | undefined): Member {
  try {
    const value: unknown = JSON.parse(text)
    return memberOf(isObject(value) ? value[fieldIn(Object.keys(value), column) ?? ''] : value, line)
  } catch {
    return { line, reason: 'the line is not valid JSON' }
  }
}

function fieldIn(names: string[], column: string | undefined): string | undefined {
  if (column !== undefined) return names.find((name) => name === column)
  return names.find((name) => ID_NAMES.includes(name.trim().toLowerCase()))
}

interface Row {
  record: string[]
  info: { lines: number }
}

async function* fromCsv(
  source: Source,
  lines: AsyncIterable<Line[]>,
  { column }: MemberOptions
): AsyncGenerator<Member[]> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_LINE_BYTES
  })
  let members: Member[] = []
  const bytes = Readable.from(shortLines(lines, (line, reason) => members.push({ line, reason })))
  bytes.on('error', (error) => parser.destroy(error))
  let at: number | undefined
  for await (const { record, info } of named(source, bytes.pipe(parser) as AsyncIterable<Row>)) {
    const isFirst = at === undefined
    if (at === undefined) at = columnAt(record, column)
    if (isFirst && isHeader(record, column)) continue
    if (record.every((cell) => cell === '')) continue
    members.push(memberOf(record[at], info.lines))
    if (members.length < 1000) continue
    yield members
    members = []
  }
  yield members
}

/** Lines that are too long are empty, so that the others keep their numbers. */
async function* shortLines(
  lines: AsyncIterable<Line[]>,
  onLong: (line: number, reason: string) => void
): AsyncGenerator<Buffer> {
  for await (const chunk of lines) {
    for (const { bytes, number } of chunk) {
      if (!bytes) onLong(number, `the line is longer than ${MAX_LINE_BYTES} bytes`)
    }
    yield Buffer.concat(chunk.flatMap(({ bytes = EMPTY }) => [bytes, LINE_END]))
  }
}

async function* named(source: Source, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  try {
    yield* rows
  } catch (error) {
    if (error instanceof Errors.CLIError) throw error
    throw new Errors.CLIError(`cannot read ${source.path}: ${(error as Error).message}`)
  }
}

function isHeader(first: string[], column: string | undefined): boolean {
  return fieldIn(first, column) !== undefined
}

function columnAt(first: string[], column: string | undefined): number {
  const name = fieldIn(first, column)
  if (name !== undefined) return first.indexOf(name)
  if (column === undefined) return 0
  throw new Errors.CLIError(`--column: the first row has no "${column}"; it has ${first.slice(0, 20).join(', ')}`)
}

function memberOf(value: unknown, line: number): Member {
  const id = realId(value)
  if (id === undefined) return { line, reason: 'the id is missing or a placeholder' }
  if (id.length > MAX_IDENTITY_LENGTH) return { line, reason: `the id has more than ${MAX_IDENTITY_LENGTH} characters` }
  if (/[\n\r\ufffd]/.test(id)) return { line, reason: 'the id holds a line break or is not valid UTF-8' }
  return { id }
}
