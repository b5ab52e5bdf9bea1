import { setFlagsFromString } from 'node:v8'

/** V8 lets garbage grow to several times of what is in use where there is memory for it. */
export function limitMemoryGrowth(): void {
  setFlagsFromString('--heap-growing-percent=30')
}
