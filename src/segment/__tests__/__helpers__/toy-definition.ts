import { IntegrationError, MultiStatusResponse, RetryableError } from '@segment/actions-core'
import type { ActionDefinition, AudienceDestinationDefinition, ModifiedResponse } from '@segment/actions-core'

export const TOY_ORIGIN = 'https://toy.example'

export interface ToySettings {
  appId: string
  apiKey?: string
}

interface ToyPayload {
  event: string
  props?: Record<string, unknown>
}

interface ToyAudienceSettings {
  segment?: string
}

const fields: ActionDefinition<ToySettings>['fields'] = {
  event: { label: 'Event', description: 'Event', type: 'string', required: true, default: { '@path': '$.event' } },
  props: { label: 'Props', description: 'Props', type: 'object', default: { '@path': '$.properties' } }
}

interface BatchAnswer {
  /** The status of each event; all 200 when absent. */
  statuses?: number[]
}

/** POST /batch; the API answers with the status of each event. An event called `explode` makes the action throw. */
const trackEvent: ActionDefinition<ToySettings, ToyPayload, ToyAudienceSettings> = {
  title: 'Track',
  description: 'd',
  defaultSubscription: 'type = "track"',
  fields,
  perform: (request, { payload, settings }) => {
    if (payload.event === 'explode') throw new TypeError('boom')
    if (payload.event === 'final') throw new IntegrationError('bad thing', 'BAD_THING', 422)
    if (payload.event === 'later') throw new RetryableError('try later')
    return request(`${TOY_ORIGIN}/track?key=${encodeURIComponent(settings.apiKey ?? '')}`, {
      method: 'POST',
      json: payload
    })
  },
  performBatch: async (request, { payload }) => {
    if (payload.some(({ event }) => event === 'explode')) throw new TypeError('boom')
    const response: ModifiedResponse<BatchAnswer> = await request(`${TOY_ORIGIN}/batch`, {
      method: 'POST',
      json: payload
    })
    const results = new MultiStatusResponse()
    payload.forEach(({ event }, index) => {
      const status = response.data.statuses?.[index] ?? 200
      if (status < 300) results.pushSuccessResponse({ status, sent: event, body: '' })
      else results.pushErrorResponse({ status, errormessage: `refused ${event}`, sent: event })
    })
    return results
  },
  dynamicFields: {
    event: async (_request, { payload }) => ({ choices: [{ label: 'E', value: String(payload.event) }], nextPage: '' })
  },
  hooks: {
    onMappingSave: {
      label: 'Hook',
      description: 'd',
      inputFields: {
        list: {
          label: 'List',
          description: 'd',
          type: 'string',
          dynamic: async (request) => {
            await request(`${TOY_ORIGIN}/lists`)
            return { choices: [{ label: 'L', value: 'l' }], nextPage: '' }
          }
        }
      },
      performHook: async (request, { hookInputs }) => {
        await request(`${TOY_ORIGIN}/hook`, { method: 'POST', json: hookInputs })
        return { successMessage: 'saved', savedData: {} }
      }
    }
  }
}

/** Has no performBatch and reads nested settings of the audience. */
const single: ActionDefinition<ToySettings, ToyPayload, ToyAudienceSettings> = {
  title: 'Single',
  description: 'd',
  fields,
  perform: (request, { payload, audienceSettings }) =>
    request(`${TOY_ORIGIN}/single`, { method: 'POST', json: { ...payload, audienceSettings } })
}

/** A definition with every callback that core knows. All requests go to an https origin that does not exist. */
export const toyDefinition: AudienceDestinationDefinition<ToySettings, ToyAudienceSettings> = {
  name: 'Toy',
  slug: 'toy',
  mode: 'cloud',
  description: 'd',
  authentication: {
    scheme: 'oauth2',
    fields: {
      appId: { label: 'App ID', description: 'd', type: 'string', required: true },
      apiKey: { label: 'API key', description: 'd', type: 'password' }
    },
    testAuthentication: (request) => request(`${TOY_ORIGIN}/me`),
    refreshAccessToken: async (request) => {
      const response: ModifiedResponse<{ token: string }> = await request(`${TOY_ORIGIN}/token`, { method: 'POST' })
      return { accessToken: response.data.token }
    }
  },
  extendRequest: ({ settings }) => ({ headers: { 'x-plain': '1', authorization: `Bearer ${settings.apiKey ?? ''}` } }),
  onDelete: (request, { payload }) => request(`${TOY_ORIGIN}/users`, { method: 'DELETE', json: payload }),
  audienceFields: { segment: { label: 's', description: 'd', type: 'string' } },
  audienceConfig: {
    mode: { type: 'synced', full_audience_sync: false },
    createAudience: async (request, { audienceName }) => {
      await request(`${TOY_ORIGIN}/audiences`, { method: 'POST', json: { audienceName } })
      return { externalId: 'aud_1' }
    },
    getAudience: async (request, { externalId }) => {
      await request(`${TOY_ORIGIN}/audiences/${externalId}`)
      return { externalId }
    }
  },
  presets: [
    {
      name: 'Tracks',
      subscribe: 'type = "track"',
      partnerAction: 'trackEvent',
      mapping: { event: { '@path': '$.event' }, props: { '@path': '$.properties' } },
      type: 'automatic'
    },
    {
      name: 'Audience',
      partnerAction: 'single',
      mapping: {},
      type: 'specificEvent',
      eventSlug: 'warehouse_audience_entered_track'
    }
  ],
  actions: { trackEvent, single }
}
