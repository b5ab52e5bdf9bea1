import type { GlobalSetting, InputField, Preset } from '@segment/actions-core'

export type Fields = Record<string, InputField | GlobalSetting>

/** What the tools read of a definition, of cloud mode (settings in `authentication`) or device mode (in `settings`). */
export interface Definition {
  name: string
  slug?: string
  mode?: string
  description?: string
  authentication?: { scheme?: string; fields?: Fields }
  settings?: Fields
  audienceFields?: Fields
  presets?: Preset[]
  actions: Record<string, ActionOfDefinition>
}

export interface ActionOfDefinition {
  title?: string
  description?: string
  platform?: string
  hidden?: boolean
  defaultSubscription?: string
  fields: Record<string, InputField>
  hooks?: Record<string, { label?: string; inputFields?: object; outputTypes?: object }>
}

export function settingsOf({ settings, authentication }: Pick<Definition, 'settings' | 'authentication'>): Fields {
  return { ...settings, ...authentication?.fields }
}
