import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'

const BYTES = 1024 * 1024 * 1024

/** A disk in memory that can become full at any moment; a plain folder where the machine lets nobody mount one. */
export class Disk {
  readonly canBeFull: boolean

  constructor(readonly folder: string) {
    mkdirSync(folder)
    this.canBeFull = isDone('mount', '-t', 'tmpfs', '-o', `size=${BYTES}`, 'soak', folder)
    if (this.canBeFull) process.on('exit', () => isDone('umount', '-l', folder))
  }

  /** Leaves room for what is on it. */
  fill(): void {
    const { bsize, blocks, bfree } = statfsSync(this.folder)
    this.resize((blocks - bfree) * bsize)
  }

  empty(): void {
    this.resize(BYTES)
  }

  private resize(bytes: number): void {
    execFileSync('mount', ['-o', `remount,size=${bytes}`, this.folder])
  }
}

function isDone(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
