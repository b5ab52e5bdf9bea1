import type { DestinationDefinition } from '@segment/actions-core'
import heap from '../../../destinations/heap'
import { Engine } from '../../../segment/engine'
import { KeptSettings, testSettings } from '../kept-settings'

const definition = heap as DestinationDefinition
const kept = new KeptSettings({ appId: '11', region: 'US', apiKey: 'hush-hush' })

describe('KeptSettings', () => {
  it('shows everything but passwords, and which of these there are', () => {
    expect(kept.withoutSecrets(definition)).toStrictEqual({ appId: '11', region: 'US' })
    expect(kept.secretKeys(definition)).toStrictEqual(['apiKey'])
  })

  it('adds its passwords where a page sends none of its own', () => {
    expect(kept.complete(definition, { appId: '12' })).toStrictEqual({ appId: '12', apiKey: 'hush-hush' })
    expect(kept.complete(definition, { appId: '12', apiKey: 'own' })).toStrictEqual({ appId: '12', apiKey: 'own' })
  })
})

describe('testSettings', () => {
  it('names the setting at fault', async () => {
    expect(await testSettings(new Engine({ definition }), { appId: 'abc' })).toMatchObject({
      ok: false,
      error: expect.stringContaining('numeric App ID'),
      fields: { appId: expect.stringContaining('"abc"') }
    })
  })

  it('says of settings that need no call that Heap was not asked', async () => {
    expect(await testSettings(new Engine({ definition }), { appId: '11' })).toStrictEqual({ ok: true, asked: false })
  })
})
