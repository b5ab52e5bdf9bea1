import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** The most memory that the process has had, in MB; where the system does not keep that, what it has now. */
export function peakMemory(pid: number): number {
  const status = `/proc/${pid}/status`
  const kilobytes = existsSync(status)
    ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()
  return Math.ceil(Number(kilobytes) / 1024)
}
