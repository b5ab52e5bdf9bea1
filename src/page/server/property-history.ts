import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import type { EventView, UserView } from '../../emulator'
import { mapped } from '../../segment/engine'
import { mismatch } from '../../segment/fql'
import { text } from './call-history'
import type { Call, CallHistory, UsedMapping } from './call-history'
import { isJsonObject } from '../../segment/json-object'
import { propertyNotes } from './property-notes'
import type { JsonObject, PropertyNote } from '../protocol'

/** Calls of one person that are looked at. */
const MAX_CALLS = 200

/** The fields of the Heap destination whose entries become properties of events, and of people. */
const EVENT_FIELDS = ['properties']
const PERSON_FIELDS = ['traits', 'traits_or_properties']

/** Tells from the calls that came in what became of the properties that Heap has. */
export class PropertyHistory {
  private definition?: DestinationDefinition

  constructor(private readonly history: CallHistory) {}

  use(definition: DestinationDefinition): void {
    this.definition = definition
  }

  ofEvent({ idempotency_key: key, properties }: EventView): PropertyNote[] {
    const call = key === null ? undefined : this.callWith(key)
    if (!call) return []
    return propertyNotes(this.mappedTo(EVENT_FIELDS, call), [properties])
  }

  ofPerson(person: UserView): PropertyNote[] {
    const calls = this.history.delivered((message) => isAbout(message, person)).slice(0, MAX_CALLS)
    const sent = calls.flatMap((call) => this.mappedTo(PERSON_FIELDS, call))
    return propertyNotes(newestOnly(sent), [person.properties])
  }

  /** The partner endpoint's keys have at least 8 characters; shorter message IDs get a prefix. */
  private callWith(key: string): Call | undefined {
    return this.history.withMessageId(key) ?? this.history.withMessageId(key.replace(/^segment-/, ''))
  }

  private mappedTo(names: string[], call: Call): JsonObject[] {
    const { definition } = this
    if (!definition) return []
    return this.mappings(call, definition).flatMap(({ mapping }) => {
      const payload = mapped(mapping as JSONObject, call.message as JSONObject)
      return names.map((name): unknown => payload?.[name]).filter(isJsonObject)
    })
  }

  private mappings({ used, message }: Call, { presets = [], actions }: DestinationDefinition): UsedMapping[] {
    if (used) return used.action in actions ? [used] : []
    return presets.flatMap((preset) => {
      if (preset.type !== 'automatic' || mismatch(preset.subscribe, message) !== undefined) return []
      return [{ action: preset.partnerAction, mapping: preset.mapping ?? {} }]
    })
  }
}

function isAbout({ userId, anonymousId }: JsonObject, { identity, anonymous_ids }: UserView): boolean {
  const id = text(userId).trim()
  return id === '' ? anonymous_ids.includes(text(anonymousId)) : id === identity
}

/** What an older call said of a property no longer counts. */
function newestOnly(mapped: JsonObject[]): JsonObject[] {
  return [Object.fromEntries(mapped.reverse().flatMap((properties) => Object.entries(properties)))]
}
