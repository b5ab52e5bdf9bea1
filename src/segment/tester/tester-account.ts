import type { AudienceDestinationDefinition, Destination, DestinationDefinition } from '@segment/actions-core'
import type { Engine } from '../engine'
import { isJsonObject } from '../json-object'
import type { TesterCall } from './tester-run'

type AudienceCall = 'createAudience' | 'getAudience'
type AudienceInput<Settings> = Parameters<Destination<Settings>[AudienceCall]>[0]

/** Whether the definition manages its audiences itself, so that the tester offers the call. */
export function hasAudienceCall<Settings>(definition: DestinationDefinition<Settings>, call: AudienceCall): boolean {
  const { audienceConfig } = definition as Partial<AudienceDestinationDefinition<Settings>>
  return isJsonObject(audienceConfig) && call in audienceConfig
}

export async function runAudience<Settings>(
  engine: Engine<Settings>,
  name: AudienceCall,
  input: unknown
): Promise<unknown> {
  return engine.destination()[name](input as AudienceInput<Settings> & { audienceName: string; externalId: string })
}

export async function runTokenRefresh<Settings>(
  engine: Engine<Settings>,
  { settings, ...credentials }: TesterCall<Settings>
): Promise<{ ok: true; data: unknown }> {
  const none = { accessToken: '', refreshToken: '', clientId: '', clientSecret: '' }
  return {
    ok: true,
    data: await engine.destination().refreshAccessToken(settings, { ...none, ...credentials.auth })
  }
}
