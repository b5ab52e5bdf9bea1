import { useState } from 'react'
import type { JsonObject, PresetMatch } from '../protocol'
import { defaultMapping } from './manifest'
import type { Action, Manifest } from './manifest'
import { MappingField } from './mapping-field'

interface Props {
  manifest: Manifest
  action: string
  changes: JsonObject
  problems: Record<string, string>
  presets: PresetMatch[]
  onAction: (action: string) => void
  onChanges: (changes: JsonObject) => void
}

/** The default mapping with the changes on it; a field mapped to nothing is absent. */
export function mappingOf(action: Action, changes: JsonObject): JsonObject {
  const entries = Object.entries({ ...defaultMapping(action), ...changes })
  return Object.fromEntries(entries.filter(([, value]) => value !== null))
}

export function MappingPane(props: Props) {
  const { manifest, action, changes, problems, presets, onAction, onChanges } = props
  const [hidden, setHidden] = useState(false)
  const definition = manifest.actions[action]
  const mapping = mappingOf(definition, changes)
  const fields = Object.entries(definition.fields).filter(([, field]) => hidden || !field.unsafe_hidden)
  return (
    <section className="pane" aria-labelledby="mapping-title">
      <h2 id="mapping-title">Mapping</h2>
      <ActionSelect manifest={manifest} action={action} onAction={onAction} />
      <Presets presets={presets} />
      <div className="actions">
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
          changed={key in changes}
          onChange={(value) => onChanges({ ...changes, [key]: value })}
          onReset={() => onChanges(without(changes, key))}
        />
      ))}
      <details>
        <summary>Mapping as JSON</summary>
        <pre tabIndex={0}>{JSON.stringify(mapping, null, 2)}</pre>
      </details>
    </section>
  )
}

function ActionSelect({ manifest: { actions }, action, onAction }: Pick<Props, 'manifest' | 'action' | 'onAction'>) {
  return (
    <label>
      Action
      <select value={action} onChange={({ target }) => onAction(target.value)}>
        {Object.entries(actions).map(([key, { title }]) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
      <small>{actions[action].description}</small>
    </label>
  )
}

function without(changes: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(changes).filter(([name]) => name !== key))
}

function Presets({ presets }: { presets: PresetMatch[] }) {
  const automatic = presets.filter(({ subscribe }) => subscribe !== undefined)
  return (
    <details open>
      <summary>Presets that take the event: {automatic.filter(({ matched }) => matched > 0).length}</summary>
      <ul className="list">
        {automatic.map(({ name, action, subscribe, matched, of, reason }) => (
          <li key={name}>
            <strong>{name}</strong> → {action}{' '}
            <span className={matched > 0 ? 'good' : ''}>
              {of > 1 ? `${matched} of ${of}` : matched > 0 ? 'takes it' : 'does not'}
            </span>
            <br />
            <code>{subscribe}</code>
            {reason && <small> {reason}</small>}
          </li>
        ))}
      </ul>
    </details>
  )
}
