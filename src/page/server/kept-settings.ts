import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import type { Engine } from '../../segment/engine'
import { redactText, secretsIn } from '../../segment/redact'
import { problemOf } from './field-problems'
import type { JsonObject, SettingsVerdict } from '../protocol'

/** The connection's settings. What the definition calls a password never goes to a page. */
export class KeptSettings {
  constructor(private readonly settings: JSONObject) {}

  /** Passwords that are set. */
  secretKeys({ authentication }: DestinationDefinition): string[] {
    const fields = Object.entries(authentication?.fields ?? {})
    return fields.filter(([key, { type }]) => type === 'password' && Boolean(this.settings[key])).map(([key]) => key)
  }

  withoutSecrets(definition: DestinationDefinition): JsonObject {
    const secret = this.secretKeys(definition)
    return Object.fromEntries(Object.entries(this.settings).filter(([key]) => !secret.includes(key)))
  }

  /** What a page sent, with the kept passwords where it has none of its own. */
  complete(definition: DestinationDefinition, sent: JsonObject): JSONObject {
    const missing = this.secretKeys(definition).filter((key) => !sent[key])
    return { ...sent, ...Object.fromEntries(missing.map((key) => [key, this.settings[key]])) } as JSONObject
  }
}

/** `testAuthentication`, as a verdict that names the settings at fault. */
export async function testSettings(engine: Engine, settings: JSONObject): Promise<SettingsVerdict> {
  const { definition } = engine
  const secrets = secretsIn(definition, settings, undefined)
  const hide = (text: string) => redactText(text, secrets)
  try {
    await engine.destination().testAuthentication(settings)
    return { ok: true }
  } catch (error) {
    const { message, fields } = problemOf(error, Object.keys(definition.authentication?.fields ?? {}))
    const clean = Object.entries(fields).map(([key, text]) => [key, hide(text)])
    return { ok: false, error: hide(message), fields: Object.fromEntries(clean) as Record<string, string> }
  }
}
