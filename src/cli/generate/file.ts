import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What a file should hold. */
export interface GeneratedFile {
  path: string
  content: string
}

/** The files that are missing or hold something else. */
export async function staleFiles(files: GeneratedFile[]): Promise<GeneratedFile[]> {
  const found = await Promise.all(files.map(({ path }) => readFile(path, 'utf8').catch(() => undefined)))
  return files.filter(({ content }, index) => content !== found[index])
}

/**
 * Makes the folder, too.
 * @throws Error that names the file
 */
export async function writeGenerated({ path, content }: GeneratedFile): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  } catch (error) {
    throw new Error(`cannot write ${path}: ${(error as Error).message}`)
  }
}
