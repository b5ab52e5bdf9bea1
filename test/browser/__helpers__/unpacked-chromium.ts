import { execFile } from 'child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'fs'
import { tmpdir } from 'os'
import { dirname, join } from 'path'
import { promisify } from 'util'
import type { LaunchOptions } from 'playwright-core'
import { devDependencies } from '../../../package.json'

const VERSION = devDependencies['@sparticuz/chromium']

/** Names every file with its size. It comes last: what has no list was never finished. */
const LIST = 'files.json'

/** A run that is killed leaves its part behind; nobody unpacks for that long. */
const ABANDONED_MS = 10 * 60 * 1000

/** The fonts that come with Chromium and no other, so that text is as wide on every machine. */
const FONTS = '<?xml version="1.0"?><fontconfig><dir prefix="relative">fonts</dir></fontconfig>'

const INFLATE = `require(process.argv[1]).executablePath().catch(({ message }) => {
  console.error(message)
  process.exit(1)
})`

/** The project's own folder, which no two users share: what lies in it is executed. */
export const OWN_FOLDER = join(tmpdir(), `segment-heap-destination-${process.getuid?.()}`)

const ADVICE = 'Make room for 210 MB there, name another folder with TMPDIR, or a browser with CHROME_PATH'

/**
 * The Chromium for Linux x64 that npm installed, with the libraries and fonts that come with it. Unpacks it into `home`
 * (206 MB) unless it lies there whole; any number of processes may ask at once.
 */
export async function unpackedChromium(home = OWN_FOLDER): Promise<LaunchOptions> {
  const folder = join(home, `chromium-${VERSION}`)
  try {
    claim(home)
    if (!isWhole(folder)) await unpack(home, folder)
  } catch (error) {
    throw new Error(`Chromium cannot be unpacked into ${home}: ${(error as Error).message}. ${ADVICE}`)
  }
  const libraries = [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') }
  return { executablePath: join(folder, 'chromium'), env }
}

function claim(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  if (lstatSync(home).uid !== process.getuid?.()) throw new Error('it belongs to another user')
}

function isWhole(folder: string): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, LIST), 'utf8')) as Record<string, number>
    return Object.entries(sizes).every(([name, size]) => statSync(join(folder, name)).size === size)
  } catch {
    return false
  }
}

async function unpack(home: string, folder: string): Promise<void> {
  removeAbandoned(home)
  const part = mkdtempSync(join(home, 'unpacking-'))
  try {
    await inflate(part)
    writeFileSync(join(part, 'fonts/fonts.conf'), FONTS)
    moveFiles(part, folder)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

function removeAbandoned(home: string): void {
  const parts = readdirSync(home).filter((name) => name.startsWith('unpacking-'))
  for (const part of parts.map((name) => join(home, name))) {
    const age = Date.now() - (statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > ABANDONED_MS) rmSync(part, { recursive: true, force: true })
  }
}

/** The package unpacks into the temporary folder of its process, its libraries only where it believes to be on AWS. */
async function inflate(part: string): Promise<void> {
  const env = { ...process.env, TMPDIR: part, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }
  const args = ['-e', INFLATE, require.resolve('@sparticuz/chromium')]
  await promisify(execFile)(process.execPath, args, { env }).catch(({ stderr }: { stderr: string }) => {
    throw new Error(stderr.trim().split('\n').pop() || 'the process that unpacks it was killed')
  })
}

/** File by file, each at once: whoever starts or unpacks Chromium meanwhile finds the same file, before and after. */
function moveFiles(part: string, folder: string): void {
  const paths = readdirSync(part, { recursive: true, encoding: 'utf8' })
  const sizes = paths
    .map((path) => ({ path, stats: statSync(join(part, path)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ path, stats }) => [path, stats.size])
  writeFileSync(join(part, LIST), JSON.stringify(Object.fromEntries(sizes)))
  for (const path of [...sizes.map(([path]) => String(path)), LIST]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    renameSync(join(part, path), join(folder, path))
  }
}
