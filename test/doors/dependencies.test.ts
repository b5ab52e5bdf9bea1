import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Package {
  dev?: boolean
  hasInstallScript?: boolean
  resolved?: string
  integrity?: string
  link?: boolean
}

const ROOT = join(__dirname, '../..')
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Package> }
const runtime = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev)

function scriptsOf(path: string): Record<string, string> {
  const { scripts = {} } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  return scripts
}

describe('runtime dependencies', () => {
  it('download nothing when they are installed', () => {
    expect(runtime.length).toBeGreaterThan(50)
    // LevelDB's looks for the binary that its package brings along, and works without having run.
    const scripted = runtime.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
    expect(scripted).toEqual(['node_modules/classic-level'])
    // `prepare` is for checkouts: it builds the package before it is packed.
    const own = Object.keys(scriptsOf('.')).filter((name) => /^(pre|post)?install$/.test(name))
    expect(own).toEqual([])
  })

  it('come from a registry, each with the hash that it must have', () => {
    const others = runtime.filter(([, { resolved = 'https:', integrity = '', link }]) => {
      return link || !resolved.startsWith('https:') || !integrity.startsWith('sha512-')
    })
    expect(others).toEqual([])
  })
})
