import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import type { Engine } from '../../segment/engine'
import mapValues from 'lodash/mapValues'
import omit from 'lodash/omit'
import pick from 'lodash/pick'
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
    return omit(this.settings, this.secretKeys(definition))
  }

  /** What a page sent, with the kept passwords where it has none of its own. */
  complete(definition: DestinationDefinition, sent: JsonObject): JSONObject {
    const missing = this.secretKeys(definition).filter((key) => !sent[key])
    return { ...sent, ...pick(this.settings, missing) } as JSONObject
  }
}

/** `testAuthentication`, as a verdict that names the settings at fault. */
export async function testSettings(engine: Engine, settings: JSONObject): Promise<SettingsVerdict> {
  const { definition } = engine
  const secrets = secretsIn(definition, settings, undefined)
  const hide = (text: string) => redactText(text, secrets)
  let asked = false
  try {
    await engine.destination(() => (asked = true)).testAuthentication(settings)
    return { ok: true, asked }
  } catch (error) {
    const { message, fields } = problemOf(error, Object.keys(definition.authentication?.fields ?? {}))
    return { ok: false, error: hide(message), fields: mapValues(fields, hide) }
  }
}
