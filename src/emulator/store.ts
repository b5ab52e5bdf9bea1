import { Environment } from './environment'
import type { AccountView, EventView } from './environment'
import type { UserView } from './people'

/** What Heap holds, one environment for each app_id; both regions write to the same ones. */
export class Store {
  private readonly environments = new Map<string, Environment>()

  /** `now` in milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  of(appId: string): Environment {
    const known = this.environments.get(appId)
    if (known) return known
    const created = new Environment(appId, () => new Date(this.now()).toISOString())
    this.environments.set(appId, created)
    return created
  }

  events(appId?: string): EventView[] {
    return this.chosen(appId).flatMap((environment) => environment.events())
  }

  users(appId?: string): UserView[] {
    return this.chosen(appId).flatMap((environment) => environment.users())
  }

  accounts(appId?: string): AccountView[] {
    return this.chosen(appId).flatMap((environment) => environment.accounts())
  }

  clear(): void {
    this.environments.clear()
  }

  private chosen(appId?: string): Environment[] {
    const one = appId === undefined ? undefined : this.environments.get(appId)
    return appId === undefined ? [...this.environments.values()] : one ? [one] : []
  }
}
