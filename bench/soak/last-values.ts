import type { DeliveryLog } from './delivery-log'
import type { HeapContent } from './ledger'

/** The trait that every identify call of a client sets to its message ID. */
export const LAST_TRAIT = 'last_identify'

/** The audience that people of a client enter and leave. */
export const AUDIENCE = 'big_spenders'

/** Whether the audience call with this message ID says that its person is a member. */
export function isMember(messageId: string): boolean {
  return Math.floor(Number(messageId.split('_')[1]) / 500) % 2 === 0
}

/** Users whose trait or membership is not the one of the call accepted last. */
export function outdated({ last }: DeliveryLog, heap: HeapContent): string[] {
  return [...last.values()].flatMap(({ event, userId, messageId }) => {
    if (!userId?.startsWith('person-') || (event !== null && event !== AUDIENCE)) return []
    const [key, expected] = event === null ? [LAST_TRAIT, messageId] : [AUDIENCE, isMember(messageId as string)]
    const actual = heap.propertyOf(userId, key)
    return actual === expected ? [] : [`${userId}: ${key} is ${String(actual)} and not ${String(expected)}`]
  })
}
