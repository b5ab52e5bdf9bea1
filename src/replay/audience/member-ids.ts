import { parse } from 'csv-parse'
import { Readable } from 'node:stream'
import { Errors } from '@oclif/core'
import { realId } from '../../lib/heap/identity'
import { MAX_IDENTITY_LENGTH } from '../../lib/heap/limits'
import { MAX_LINE_BYTES, readLines } from '../lines'
import type { Line } from '../lines'
import { openBytes } from '../source'
import type { Source } from '../source'
import { textOfLine } from '../text-of-line'
import { isJsonObject } from '../../segment/json-object'
import { printable } from '../../segment/printable'

/** What a column or field with the userId may be called, without regard to case: the first that there is. */
const ID_NAMES = ['userid', 'user_id', 'user id', 'identity', 'id']

/** Names a column, and nobody: as `email` and `customer_id` do. */
const COLUMN_NAME = /^(e-?mail|mail|name|phone|members?|users?|customers?|uid|uuid)$|[_ -]id$/i

const LINE_END = Buffer.from('\n')
const EMPTY = Buffer.alloc(0)

/** Control characters, a character that stands for wrong bytes, half of a surrogate pair. */
const NO_TEXT = /[\u0000-\u001f\ufffd]|\p{Surrogate}/u

export type Member = { id: string } | { line: number; reason: string }

export interface MemberOptions {
  format: 'csv' | 'ndjson'
  /** Column or field that holds the id; absent: whichever of the usual names it has, else the first column. */
  column?: string
  /** Told of what may be a mistake. */
  note: (text: string) => void
}

/** By the name of the file. Standard input is CSV. */
export function formatOf({ path }: Source): MemberOptions['format'] {
  return /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'ndjson' : 'csv'
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
    return memberOf(isJsonObject(value) ? value[fieldIn(Object.keys(value), column) ?? ''] : value, line)
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

interface Row {
  record: string[]
  info: { lines: number }
}

async function* fromCsv(
  source: Source,
  lines: AsyncIterable<Line[]>,
  { column, note }: MemberOptions
): AsyncGenerator<Member[]> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    max_record_size: MAX_LINE_BYTES
  })
  let members: Member[] = []
  const bytes = Readable.from(shortLines(lines, (line, reason) => members.push({ line, reason })))
  bytes.on('error', (error) => parser.destroy(error))
  let at: number | undefined
  let columns = 0
  for await (const { record, info } of named(source, bytes.pipe(parser) as AsyncIterable<Row>)) {
    if (record.every((cell) => cell.trim() === '')) continue
    const isFirst = at === undefined
    if (at === undefined) {
      if (column === undefined) requireTable(source, record)
      at = columnAt(record, column)
      columns = record.length
    }
    if (isFirst && isHeader(record, column)) continue
    if (isFirst)
      note(
        `${source.path}: no column is called userId, user_id, identity or id: row ${info.lines}, "${record[at]}", is a member`
      )
    members.push(record.length > columns ? tooLong(record, columns, info.lines) : memberOf(record[at], info.lines))
    if (members.length < 1000) continue
    // Rows that are too long are added while the others are taken.
    const full = members
    members = []
    yield full
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
    const hint = 'write a quote in text twice and the text in quotes; NDJSON needs --format ndjson'
    throw new Errors.CLIError(`cannot read ${source.path} as CSV: ${(error as Error).message} (${hint})`)
  }
}

/** A table that is read in a wrong way makes people of what are none, and Heap keeps them for ever. */
function requireTable({ path }: Source, first: string[]): void {
  const [cell = ''] = first
  if (first.length === 1 && /[;|\t]/.test(cell)) {
    throw new Errors.CLIError(
      `${path} seems to have its columns separated by ; or | or tabs: separate them by commas, or name the column with --column`
    )
  }
  if (fieldIn(first, undefined) !== undefined) return
  if (first.length > 1 || COLUMN_NAME.test(cell.trim())) {
    throw new Errors.CLIError(
      `${path} has no column userId, user_id, identity or id: name the one with the ids with --column; it has ${shownNames(first)}`
    )
  }
}

function shownNames(first: string[]): string {
  return printable(first.slice(0, 20).join(', '))
}

function isHeader(first: string[], column: string | undefined): boolean {
  return fieldIn(first, column) !== undefined
}

function columnAt(first: string[], column: string | undefined): number {
  const name = fieldIn(first, column)
  if (name !== undefined) return first.indexOf(name)
  if (column === undefined) return 0
  throw new Errors.CLIError(`--column: the first row has no "${column}"; it has ${shownNames(first)}`)
}

/** A comma that is not in quotes shifts the columns, and another one would be taken for the id. */
function tooLong({ length }: string[], columns: number, line: number): Member {
  return {
    line,
    reason: `the row has ${length} columns, the first row has ${columns}: put text with a comma in quotes`
  }
}

function memberOf(value: unknown, line: number): Member {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return { line, reason: 'the id is a number that cannot be read exactly; write it in quotes' }
  }
  const id = realId(value)
  if (id === undefined) return { line, reason: 'the id is missing or a placeholder' }
  if (id.length > MAX_IDENTITY_LENGTH) return { line, reason: `the id has more than ${MAX_IDENTITY_LENGTH} characters` }
  if (NO_TEXT.test(id)) return { line, reason: 'the id holds control characters or is not valid UTF-8' }
  return { id }
}
