import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Errors } from '@oclif/core'
import { defaultSubscriptions } from '../../segment/connection'
import type { Subscription } from '../../segment/connection'
import { isJsonObject } from '../../segment/json-object'
import { parseProblem } from '../../segment/fql'
import { directiveProblems } from '../../segment/mapping-directives'
import { readJson } from '../json-file'

type Definition = Pick<DestinationDefinition<unknown>, 'presets' | 'actions'>

/**
 * The definition's own subscriptions; with a file, those that it lists, or its own with the fields that the file has for
 * an action: `{"trackEvent": {"traits": {"@path": "$.context.traits"}}}`.
 * @throws CLIError that names what is wrong in the file
 */
export async function subscriptionsFrom(definition: Definition, path: string | undefined): Promise<Subscription[]> {
  const defaults = defaultSubscriptions(definition)
  if (path === undefined) return defaults
  const file = await readJson(path)
  if (file === undefined) return wrong(`${path} does not exist`)
  const list = isJsonObject(file) && Array.isArray(file.subscriptions) ? (file.subscriptions as unknown[]) : file
  if (Array.isArray(list)) return allListed(list, definition, defaults)
  if (isJsonObject(list)) return overlaid(list, definition, defaults)
  return wrong(`${path} must hold a list of subscriptions, or an object of fields for each action`)
}

/** With no subscription, all lines would be skipped, and seem to be done. */
function allListed(list: unknown[], definition: Definition, defaults: Subscription[]): Subscription[] {
  const enabled = list.map((entry) => listed(entry, definition, defaults)).filter(isEnabled)
  return enabled.length > 0 ? enabled : wrong('the list has no enabled subscription: enable one')
}

function isEnabled({ enabled }: Subscription): boolean {
  return enabled !== false
}

function listed(entry: unknown, definition: Definition, defaults: Subscription[]): Subscription {
  if (!isJsonObject(entry) || typeof entry.partnerAction !== 'string' || typeof entry.subscribe !== 'string') {
    return wrong('each subscription needs partnerAction and subscribe')
  }
  const { partnerAction, subscribe, mapping, enabled = true } = entry
  const name = typeof entry.name === 'string' ? entry.name : partnerAction
  requireAction(partnerAction, definition)
  if (typeof enabled !== 'boolean') return wrong(`enabled of "${name}" must be true or false, without quotes`)
  if (mapping !== undefined) requireMapping(mapping, partnerAction, definition)
  const usual = defaults.find((subscription) => subscription.partnerAction === partnerAction)
  const subscription: Subscription = {
    name,
    partnerAction,
    subscribe,
    mapping: (mapping as JSONObject | undefined) ?? usual?.mapping,
    enabled
  }
  requireFql(subscription)
  return subscription
}

function overlaid(overlay: Record<string, unknown>, definition: Definition, defaults: Subscription[]): Subscription[] {
  for (const [action, fields] of Object.entries(overlay)) {
    requireAction(action, definition)
    requireMapping(fields, action, definition)
  }
  return defaults.map((subscription) => ({
    ...subscription,
    mapping: { ...subscription.mapping, ...(overlay[subscription.partnerAction] as JSONObject | undefined) }
  }))
}

function requireAction(action: string, { actions }: Definition): void {
  if (!hasOwn(actions, action)) {
    wrong(`no action "${action}"; there are ${Object.keys(actions).join(', ')}`)
  }
}

function hasOwn(object: object, key: string): boolean {
  return Object.prototype.hasOwnProperty.call(object, key)
}

/** The engine passes over an unknown field, and finds a wrong directive only when it maps an event. */
function requireMapping(mapping: unknown, action: string, { actions }: Definition): void {
  if (!isJsonObject(mapping)) return wrong(`the mapping of "${action}" must be an object of fields`)
  const unknown = Object.keys(mapping).find((field) => !hasOwn(actions[action].fields, field))
  if (unknown !== undefined) wrong(`action "${action}" has no field "${unknown}"`)
  const [problem] = directiveProblems(mapping, action)
  if (problem) wrong(`${problem.where}: ${problem.message}`)
}

function requireFql({ name, subscribe }: Subscription): void {
  const fault = parseProblem(subscribe)
  if (fault !== undefined) wrong(`subscription "${name}": subscribe is not valid FQL (${fault}): ${subscribe}`)
}

function wrong(message: string): never {
  throw new Errors.CLIError(`--mapping: ${message}`)
}
