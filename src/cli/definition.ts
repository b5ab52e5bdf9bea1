import type { GlobalSetting, InputField, Preset } from '@segment/actions-core'

export type Fields = Record<string, InputField | GlobalSetting>

/** A field wherever a definition has one: of an action, a hook, the settings or an object. */
export type AnyField = Partial<Omit<InputField, 'type' | 'choices' | 'dynamic' | 'properties'>> & {
  type?: string
  choices?: (string | object)[]
  dynamic?: unknown
  properties?: Record<string, AnyField>
}

/** What the tools read of a definition, of cloud mode (settings in `authentication`) or device mode (in `settings`). */
export interface Definition {
  name: string
  slug?: string
  mode?: string
  description?: string
  authentication?: { scheme?: string; fields?: Fields }
  settings?: Fields
  audienceFields?: Fields
  audienceConfig?: {
    mode: { type: string; full_audience_sync?: boolean }
    createAudience?: unknown
    getAudience?: unknown
  }
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
  performBatch?: unknown
  syncMode?: { default: string; label?: string; description?: string; choices?: { value: string; label: string }[] }
  dynamicFields?: Record<string, unknown>
  hooks?: Record<string, HookOfDefinition>
}

export interface HookOfDefinition {
  label?: string
  description?: string
  inputFields?: Record<string, AnyField>
  outputTypes?: Record<string, AnyField>
}

export function settingsOf({ settings, authentication }: Pick<Definition, 'settings' | 'authentication'>): Fields {
  return { ...settings, ...authentication?.fields }
}
