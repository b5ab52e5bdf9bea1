import { InvalidAuthenticationError } from '@segment/actions-core'
import type { DestinationDefinition } from '@segment/actions-core'
import { AUDIENCE_EVENTS, automaticPreset, LINKED_EVENTS, specificEventPresets } from '../../lib/mapping-presets'
import { deleteUser, deletionToken } from './delete-user'
import type { Settings } from './generated-types'
import groupAccount from './groupAccount'
import { appIdProblem, HeapClient, keepAliveAgent } from './heap-api'
import identifyUser from './identifyUser'
import syncAudience from './syncAudience'
import trackEvent from './trackEvent'

const destination: DestinationDefinition<Settings> = {
  // Core builds schema keys from the name, and newer URI parsers refuse every name that is no URI scheme.
  name: 'Heap',
  slug: 'actions-heap',
  mode: 'cloud',
  description: 'Send events, user properties and audiences to Heap.',
  authentication: {
    scheme: 'custom',
    fields: {
      appId: {
        label: 'App ID',
        description: "Heap's App ID, a number. Find it in Heap's install snippet: heap.load('YOUR_APP_ID').",
        type: 'string',
        required: true
      },
      region: {
        label: 'Region',
        description: 'Where your Heap data is stored.',
        type: 'string',
        choices: [
          { label: 'US', value: 'US' },
          { label: 'EU', value: 'EU' }
        ],
        default: 'US'
      },
      apiKey: {
        label: 'API Key',
        description:
          "Needed for user deletion only, together with the App ID of Heap's Main Production environment. Events need no key.",
        type: 'password'
      }
    },
    testAuthentication: async (request, { settings }) => {
      const problem = appIdProblem(settings.appId)
      if (problem !== undefined) throw new InvalidAuthenticationError(problem)
      if (settings.apiKey) await deletionToken(new HeapClient(request, settings), settings)
    }
  },
  extendRequest: () => ({ agent: keepAliveAgent }),
  onDelete: (request, { settings, payload }) => deleteUser(request, settings, payload.userId),
  actions: { trackEvent, identifyUser, syncAudience, groupAccount },
  // Track and identify calls of audiences have their own action, so that no call is delivered twice.
  presets: [
    automaticPreset('Track Calls', 'trackEvent', trackEvent),
    automaticPreset('Page Calls', 'trackEvent', trackEvent, 'type = "page"'),
    automaticPreset('Screen Calls', 'trackEvent', trackEvent, 'type = "screen"'),
    automaticPreset('Identify Calls', 'identifyUser', identifyUser),
    automaticPreset('Group Calls', 'groupAccount', groupAccount),
    automaticPreset('Engage Audiences', 'syncAudience', syncAudience),
    ...specificEventPresets(AUDIENCE_EVENTS, 'syncAudience', syncAudience),
    ...specificEventPresets(LINKED_EVENTS, 'trackEvent', trackEvent)
  ]
}

export default destination
