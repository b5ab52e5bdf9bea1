import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { Errors } from '@oclif/core'

/** Where a text lies. */
export interface Slot {
  offset: number
  bytes: number
}

/** Texts that wait on the disk and not in memory, in a new file that the system removes with the process. */
export class OverflowFile {
  private file?: number
  private end = 0
  private taken = 0

  constructor(private readonly path: string) {}

  /** @throws CLIError when the disk does not take it */
  put(text: string): Slot {
    const content = Buffer.from(text)
    const slot = { offset: this.end, bytes: content.length }
    try {
      this.file ??= openUnnamed(this.path)
      for (let written = 0; written < content.length;) {
        written += writeSync(this.file, content, written, content.length - written, this.end + written)
      }
    } catch (error) {
      throw new Errors.CLIError(`cannot write ${this.path}: ${(error as Error).message}`)
    }
    this.end += content.length
    this.taken++
    return slot
  }

  /** Once for each slot. */
  take({ offset, bytes }: Slot): string {
    if (this.file === undefined) return ''
    const content = Buffer.alloc(bytes)
    for (let read = 0; read < bytes;) read += readSync(this.file, content, read, bytes - read, offset + read)
    if (--this.taken === 0) this.clear(this.file)
    return content.toString()
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }

  private clear(file: number): void {
    ftruncateSync(file)
    this.end = 0
  }
}

function openUnnamed(path: string): number {
  const file = openSync(path, 'wx+')
  unlinkSync(path)
  return file
}
