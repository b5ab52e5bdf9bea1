import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { ROOT } from '../cli/__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from '../cli/__helpers__/temporary-folder'

afterEach(removeTemporaryFolders)

const HEAP_WEB = join(ROOT, 'src/destinations/heap-web')

function copyTo(...folder: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, [join(ROOT, 'scripts/copy-heap-web'), ...folder])
}

function packageFolder(): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{}')
  return folder
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
}

describe('copy-heap-web', () => {
  it('copies heap-web and, of src/lib, what it imports, so that no import leads out of src', async () => {
    const folder = packageFolder()
    await copyTo(folder)

    const src = join(folder, 'src')
    const files = filesIn(src)
    const reached = files.flatMap((file) =>
      ts
        .preProcessFile(readFileSync(join(src, file), 'utf8'))
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => join(src, dirname(file), fileName))
    )
    expect(reached.filter((path) => relative(src, path).startsWith('..'))).toStrictEqual([])
    expect(files.filter((file) => !file.startsWith('lib')).sort()).toStrictEqual(filesIn(HEAP_WEB).sort())
    expect(files).toContain(join('lib', 'flatten.ts'))
    expect(files).not.toContain(join('lib', 'snake-case.ts'))
  })

  it('changes nothing but the way to lib', async () => {
    const folder = packageFolder()
    await copyTo(folder)

    // A shorter import may fit on one line.
    const text = (file: string) => readFileSync(file, 'utf8').replace(/\s+/g, ' ')
    expect(text(join(folder, 'src/trackEvent/index.ts'))).toBe(
      text(join(HEAP_WEB, 'trackEvent/index.ts')).replace(/'\.\.\/\.\.\/\.\.\/lib\//g, "'../lib/")
    )
    expect(readFileSync(join(folder, 'src/lib/flatten.ts'))).toEqual(readFileSync(join(ROOT, 'src/lib/flatten.ts')))
    expect(readFileSync(join(folder, 'metadata.json'))).toEqual(readFileSync(join(HEAP_WEB, 'metadata.json')))
  })

  it('leaves a package that has a src as it is', async () => {
    const folder = packageFolder()
    mkdirSync(join(folder, 'src'))
    await expect(copyTo(folder)).rejects.toMatchObject({
      code: 1,
      stderr: `${join(folder, 'src')} exists. Remove it first, or files left over would be compiled\n`
    })
    expect(readdirSync(folder).sort()).toStrictEqual(['package.json', 'src'])
  })

  it('refuses a folder that is not a package, and no folder', async () => {
    const folder = temporaryFolder()
    await expect(copyTo(folder)).rejects.toMatchObject({
      code: 1,
      stderr: `${folder} is not a package: it has no package.json\n`
    })
    await expect(copyTo()).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^usage: .*\n$/) as string })
  })
})
