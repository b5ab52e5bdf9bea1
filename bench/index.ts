import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { format } from 'prettier'
import { chart } from './chart'
import { RESULTS, tableText } from './report'
import type { Report } from './report'

/** `npm run bench` runs all of them, `npm run bench -- engine` only one, and writes docs/performance.md of the last result of each. */
const BENCHES = ['engine', 'long-work', 'flatten', 'bundle']
const DOCS = join(__dirname, '../docs')
const HEAD = `# Performance

\`npm run bench\` measures all of this and writes this page. All times are CPU time, which other programs on the machine change least. Heap is a local server that answers at once, so a figure is the cost of this side alone.`

interface Measured extends Report {
  machine: string
}

function machine(): string {
  const [{ model }] = cpus()
  const memory = Math.round(totalmem() / 1e9)
  const load = loadavg()[0].toFixed(1)
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${model}, ${memory} GB, load ${load} when it began`
}

const pathOf = (name: string) => join(RESULTS, `${name}.json`)

function read(name: string): Measured | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(name), 'utf8')) as Measured
  } catch {
    return undefined
  }
}

/** Whether it met its goals. What it measured is kept with the machine and the date. */
function run(name: string): boolean {
  const before = machine()
  rmSync(pathOf(name), { force: true })
  const { status } = spawnSync(process.execPath, ['-r', 'ts-node/register', join(__dirname, `${name}.ts`)], {
    stdio: 'inherit'
  })
  const measured = read(name)
  if (measured) writeFileSync(pathOf(name), JSON.stringify({ ...measured, machine: before }))
  return status === 0
}

function section({ title, tables, chart: drawn, machine: where }: Measured): string {
  if (drawn) writeFileSync(join(DOCS, drawn.file), chart(drawn.title, drawn.panels))
  const image = drawn ? [`![${drawn.title}](${drawn.file})`] : []
  return [`## ${title}`, ...image, ...tables.map(tableText), `Measured ${where}.`].join('\n\n')
}

async function writePage(): Promise<void> {
  const sections = BENCHES.flatMap((name) => read(name) ?? []).map(section)
  const page = await format([HEAD, ...sections].join('\n\n'), { parser: 'markdown' })
  writeFileSync(join(DOCS, 'performance.md'), page)
}

const named = process.argv.slice(2)
const met = (named.length ? named : BENCHES).map(run)
if (met.includes(false)) process.exitCode = 1
void writePage()
