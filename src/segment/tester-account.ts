import { Destination } from '@segment/actions-core'
import type { AudienceDestinationDefinition, DestinationDefinition } from '@segment/actions-core'
import { isJsonObject } from './message'
import type { TesterCall } from './tester-run'

type AudienceCall = 'createAudience' | 'getAudience'
type Engine<Settings> = Destination<Settings, unknown>
type AudienceInput<Settings> = Parameters<Engine<Settings>[AudienceCall]>[0]

/** Whether the definition manages its audiences itself, so that the tester offers the call. */
export function hasAudienceCall<Settings>(definition: DestinationDefinition<Settings>, call: AudienceCall): boolean {
  const { audienceConfig } = definition as Partial<AudienceDestinationDefinition<Settings>>
  return isJsonObject(audienceConfig) && call in audienceConfig
}

export async function runAudience<Settings>(
  definition: DestinationDefinition<Settings>,
  name: AudienceCall,
  input: unknown
): Promise<unknown> {
  const engine: Engine<Settings> = new Destination(definition)
  return engine[name](input as AudienceInput<Settings> & { audienceName: string; externalId: string })
}

export async function runTokenRefresh<Settings>(
  definition: DestinationDefinition<Settings>,
  { settings, ...credentials }: TesterCall<Settings>
): Promise<{ ok: true; data: unknown }> {
  const none = { accessToken: '', refreshToken: '', clientId: '', clientSecret: '' }
  return {
    ok: true,
    data: await new Destination(definition).refreshAccessToken(settings, { ...none, ...credentials.auth })
  }
}
