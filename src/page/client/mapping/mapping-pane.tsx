import { useState } from 'react'
import type { JsonObject } from '../../protocol'
import { mappingOf } from './manifest'
import type { Action } from './manifest'
import { MappingField, PATHS } from './mapping-field'

interface Props {
  action: string
  definition: Action
  changes: JsonObject
  problems: Record<string, string>
  /** Paths that the event does not have. */
  missing: { field: string; path: string }[]
  /** Offered for completion. */
  paths: string[]
  onChanges: (changes: JsonObject) => void
}

export function MappingPane({ action, definition, changes, problems, missing, paths, onChanges }: Props) {
  const [hidden, setHidden] = useState(false)
  const mapping = mappingOf(definition, changes)
  const fields = Object.entries(definition.fields).filter(([, field]) => hidden || !field.unsafe_hidden)
  return (
    <>
      <datalist id={PATHS}>
        {paths.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      <div className="bar">
        <label className="check">
          <input type="checkbox" checked={hidden} onChange={({ target }) => setHidden(target.checked)} /> Hidden fields
        </label>
        <button type="button" disabled={Object.keys(changes).length === 0} onClick={() => onChanges({})}>
          Reset all
        </button>
      </div>
      {fields.map(([key, field]) => (
        <MappingField
          key={`${action} ${key}`}
          name={key}
          field={field}
          value={mapping[key]}
          problem={problems[key]}
          missing={missing.filter(({ field: of }) => of === key).map(({ path }) => path)}
          changed={key in changes}
          onChange={(value) => onChanges({ ...changes, [key]: value })}
          onReset={() => onChanges(without(changes, key))}
        />
      ))}
      <details>
        <summary>Mapping as JSON</summary>
        <pre tabIndex={0}>{JSON.stringify(mapping, null, 2)}</pre>
      </details>
    </>
  )
}

function without(changes: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(changes).filter(([name]) => name !== key))
}
