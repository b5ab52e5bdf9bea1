import { transform } from '@segment/actions-core'
import { isJsonObject } from './json-object'

/** What is wrong with a directive, and its path in the mapping. */
export interface DirectiveProblem {
  where: string
  message: string
}

type Mapping = Parameters<typeof transform>[0]

/** A value that the mapping engine computes, told by its `@` key. */
export function isDirective(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && Object.keys(value).some((key) => key.startsWith('@'))
}

/** Directives that the engine does not know, or whose arguments it refuses, however deep in the mapping. */
export function directiveProblems(mapping: unknown, where: string): DirectiveProblem[] {
  if (Array.isArray(mapping)) return mapping.flatMap((value, index) => directiveProblems(value, `${where}[${index}]`))
  if (!isJsonObject(mapping)) return []
  const inside = Object.entries(mapping).flatMap(([key, value]) => directiveProblems(value, `${where}.${key}`))
  const refused = isDirective(mapping) && inside.length === 0 ? refusal(mapping) : undefined
  return refused === undefined ? inside : [{ where, message: refused }]
}

/** The engine checks a mapping before it looks at the data; an error with the data is not an error of the mapping. */
function refusal(directive: Record<string, unknown>): string | undefined {
  try {
    transform({ directive } as Mapping, {})
  } catch (error) {
    const fault = error instanceof Error ? faultOf(directive, error) : undefined
    if (fault !== undefined) return `the mapping engine says: ${fault}`
  }
  return undefined
}

function faultOf(directive: Record<string, unknown>, error: Error): string | undefined {
  if (error.name === 'AggregateError') return [...(error as Error & Iterable<Error>)][0].message
  return '@liquid' in directive && isFaultOfTemplate(error) ? error.message : undefined
}

/** A template is parsed only when it is rendered; of rendering, only what is disabled fails whatever the data. */
function isFaultOfTemplate({ name, message }: Error): boolean {
  return name !== 'RenderError' || /^(tag|filter) "\w+" is disabled/.test(message)
}
