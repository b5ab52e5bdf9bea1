import type { DestinationDefinition } from '@segment/actions-core'
import heap from '../../destinations/heap'
import { createEmulator } from '../../emulator'
import { accountOf } from '../../store/account'
import { Store } from '../../store/store'
import { databaseOn, FULL } from '../../store/__tests__/__helpers__/failing-database'
import type { Disk } from '../../store/__tests__/__helpers__/failing-database'
import { CallLog } from '../call-log'
import { openPipeline } from '../open-pipeline'

const CALLS = 20

describe('a server whose disk is full for a while', () => {
  it('accepts nothing until there is room, then everything, and its log is silent about each call', async () => {
    const disk: Disk = { is: 'fine' }
    const database = databaseOn(disk)
    const emulator = createEmulator({})
    const lines: string[] = []
    let over = () => undefined
    const recovered = new Promise<void>((resolve) => (over = () => void resolve()))
    const opened = await openPipeline({
      ...{ definition: heap as DestinationDefinition, directoryName: 'heap', settings: { appId: '11' }, port: 0 },
      ...{ mode: 'cloud', cdn: {}, emulator, instructions: () => '', secrets: [] },
      store: new Store(database, {
        account: await accountOf(database),
        reopen: () => accountOf(database),
        onOutage: (problem) => problem ?? over(),
        close: () => Promise.resolve()
      }),
      log: new CallLog({ print: (text) => lines.push(text), secrets: [] })
    })
    const post = async (messageId: string) => {
      const call = { type: 'track', event: 'Ordered', userId: 'ann', messageId, writeKey: 'key' }
      const answer = await fetch(`${opened.url}/v1/track`, { method: 'POST', body: JSON.stringify(call) })
      return [answer.status, await answer.text()]
    }

    expect(await post('before')).toMatchObject([200, expect.anything()])
    disk.is = 'full'
    for (let call = 0; call < CALLS; call++) {
      expect(await post(`refused-${call}`)).toStrictEqual([
        503,
        expect.stringContaining(`nothing was accepted: ${FULL}`)
      ])
    }
    expect(lines.join('\n')).not.toContain('503')
    disk.is = 'fine'
    await recovered
    expect(await post('after')).toMatchObject([200, expect.anything()])
    expect(await opened.pipeline.idle(5000)).toBe(0)
    expect(emulator.events().map(({ idempotency_key }) => idempotency_key)).toStrictEqual(['before', 'after'])
    await opened.close()
  })
})
