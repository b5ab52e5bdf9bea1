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

  /** Leaves room for what is on it. While something is written to it, it may take more than one attempt. */
  fill(): void {
    for (;;) {
      const { bsize, blocks, bfree } = statfsSync(this.folder)
      if (this.isResized((blocks - bfree) * bsize)) return
    }
  }

  empty(): void {
    this.isResized(BYTES)
  }

  private isResized(bytes: number): boolean {
    return isDone('mount', '-o', `remount,size=${bytes}`, this.folder)
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
