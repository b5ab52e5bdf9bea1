import { printable } from '../segment/printable'
import type { Forecast, Merge } from '../replay/identity-forecast'
import { OUTCOMES } from './report'
import type { Report } from './report'

/** A table of a report. */
export interface Table {
  title: string
  columns: string[]
  rows: string[][]
}

const MAX_SHOWN = 40
const MAX_NAME = 80

/** The tables of a report; those without rows are left out. */
export function tablesOf(report: Report): Table[] {
  return [
    outcomeTable(report),
    differenceTable(report),
    refusalTable(report),
    requestTable(report),
    mergeTable(report)
  ].filter(({ rows }) => rows.length > 0)
}

/** What stands beside the tables, in sentences. */
export function remarksOn({ unreadable, notListed, people }: Report): string[] {
  return [
    ...(unreadable > 0 ? [`${numbered(unreadable)} lines could not be read.`] : []),
    ...(notListed > 0 ? [`${numbered(notListed)} more differences have names that are not listed.`] : []),
    joinedText(people.before, people.after)
  ]
}

/** The report for a terminal. */
export function reportText(report: Report): string {
  const tables = tablesOf(report).map(({ title, columns, rows }) =>
    [title, ...aligned([columns, ...rows]), ''].join('\n')
  )
  return [...tables, ...remarksOn(report).map(printable)].join('\n')
}

function outcomeTable({ events, outcomes, identityChanged }: Report): Table {
  const rows = OUTCOMES.flatMap((outcome) => {
    const { events: count, examples } = outcomes[outcome]
    const row = [outcome, numbered(count), examples.map(({ where }) => where).join(', ')]
    const ofThem = ['  of them for another person', numbered(identityChanged), '']
    return [...(count > 0 ? [row] : []), ...(outcome === 'changed' && identityChanged > 0 ? [ofThem] : [])]
  })
  return { title: `${numbered(events)} events`, columns: ['outcome', 'events', 'for example'], rows }
}

function differenceTable({ differences }: Report): Table {
  return {
    title: 'Changes',
    columns: ['change', 'of', 'events', 'before', 'after', 'for example'],
    rows: differences.map(({ kind, name, events, before, after, example }) => [
      ...[kind, shortened(name, MAX_NAME), numbered(events), shown(before), shown(after), example.where]
    ])
  }
}

function refusalTable({ refusals }: Report): Table {
  return {
    title: 'Why events are refused',
    columns: ['', 'events', 'reason', 'for example'],
    rows: refusals.map(({ outcome, reason, events, example }) => [outcome, numbered(events), reason, example.where])
  }
}

function requestTable({ requests: { before, after } }: Report): Table {
  return {
    title: 'Requests, with full batches',
    columns: ['before', 'after'],
    rows: [[numbered(before), numbered(after)]]
  }
}

function mergeTable({ people: { before, after } }: Report): Table {
  const rowsOf = (side: string, { merges }: Forecast) => merges.map((merge) => mergeRow(side, merge))
  return {
    title: 'Identities under which Heap would permanently merge many people',
    columns: ['', 'identity', 'why', 'events', 'anonymous IDs', 'Heap user IDs', 'first message'],
    rows: [...rowsOf('before', before), ...rowsOf('after', after)]
  }
}

function mergeRow(side: string, { identity, why, times, anonymousIds, heapUserIds, messageId }: Merge): string[] {
  return [side, shown(identity), why, ...[times, anonymousIds, heapUserIds].map(numbered), shortened(messageId)]
}

function joinedText(before: Forecast, after: Forecast): string {
  const joined = `Anonymous IDs and Heap user IDs that become part of a person: ${numbered(before.joined)} before, ${numbered(after.joined)} after.`
  const isApproximate = before.approximate || after.approximate
  return isApproximate ? `${joined} There were too many to count exactly: these numbers are a lower bound.` : joined
}

function aligned(rows: string[][]): string[] {
  const clean = rows.map((row) => row.map(printable))
  const widths = clean[0].map((_, column) => Math.max(...clean.map((row) => row[column].length)))
  return clean.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
}

function numbered(count: number): string {
  return count.toLocaleString('en-US')
}

function shown(value: unknown): string {
  return value === undefined ? '' : shortened(JSON.stringify(value))
}

function shortened(text: string, length = MAX_SHOWN): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
