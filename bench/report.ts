import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Panel } from './chart'

export interface Goal {
  text: string
  isMet: boolean
}

export interface Table {
  title: string
  head: string[]
  rows: string[][]
}

/** What one bench has measured. `npm run bench` makes docs/performance.md of the reports of all. */
export interface Report {
  title: string
  tables: Table[]
  goals: Goal[]
  chart?: { file: string; title: string; panels: Panel[] }
}

export const RESULTS = join(__dirname, '../node_modules/.cache/bench')

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function tableText({ title, head, rows }: Table): string {
  return [`${title}\n`, row(head), row(head.map(() => '---')), ...rows.map(row), ''].join('\n')
}

/** Prints a report and keeps it under `name`. The process exits with 1 when a goal is missed. */
export function report(name: string, { title, tables, goals, chart }: Report): void {
  console.log([`## ${title}\n`, ...tables.map(tableText)].join('\n'))
  for (const { text, isMet } of goals) {
    console.log(`${isMet ? 'PASS' : 'MISS'} ${text}`)
  }
  if (goals.some(({ isMet }) => !isMet)) {
    process.exitCode = 1
  }
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(join(RESULTS, `${name}.json`), JSON.stringify({ title, tables, goals, chart }))
}
