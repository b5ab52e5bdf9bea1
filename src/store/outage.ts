import { isCounted } from './sublevel'
import type { Change } from './sublevel'

/** From a write that failed to the first that works again: what the store has to hold by then. */
export class Outage {
  /** By key; undefined where there must be no entry. */
  private readonly owed = new Map<string, string | undefined>()

  constructor(readonly problem: Error) {}

  /** The caller was told that these were not made. Perhaps they were: nobody knows what became of a write that failed. */
  undo(changes: Change[], before: Map<string, string>): void {
    for (const { key } of changes.filter(isCounted)) this.owed.set(key, before.get(key))
  }

  /** Those that nothing depends on are not held in memory for who knows how long. */
  keep(changes: Change[]): void {
    for (const { key, value } of changes.filter(isCounted)) this.owed.set(key, value)
  }

  changes(): Change[] {
    return [...this.owed].map(([key, value]) => ({ key, value }))
  }

  /** What is owed beside these, which have been made. */
  without(made: Change[]): Change[] {
    for (const { key, value } of made) if (this.owed.get(key) === value) this.owed.delete(key)
    return this.changes()
  }
}
