import { MemoryLevel } from 'memory-level'
import type { Database } from '../../sublevel'

export interface Disk {
  /** Full: writes fail. Behind the write: they are made, and fail all the same. */
  is: 'fine' | 'full' | 'full behind the write'
}

export const FULL = 'no space left on device'

/** A database in memory on a disk that a test can fill. */
export function databaseOn(disk: Disk): Database {
  const kept = new MemoryLevel()
  return {
    get: (key) => kept.get(key),
    getMany: (keys) => kept.getMany(keys),
    iterator: (range) => kept.iterator(range),
    close: () => kept.close(),
    batch: () => {
      const batch = kept.batch()
      return {
        put: (key: string, value: string) => batch.put(key, value),
        del: (key: string) => batch.del(key),
        write: async () => {
          if (disk.is !== 'full') await batch.write()
          if (disk.is !== 'fine') throw new Error(FULL)
        }
      }
    }
  }
}
