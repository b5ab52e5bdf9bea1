import { useState } from 'react'
import type { JsonObject, SettingsVerdict } from '../protocol'
import { ask } from './api'
import { choicesOf } from './manifest'
import type { Field } from './manifest'

interface Props {
  fields: Record<string, Field>
  settings: JsonObject
  /** Passwords that the server has: they need not be typed. */
  kept: string[]
  problems: Record<string, string>
  onChange: (settings: JsonObject) => void
}

export function SettingsForm({ fields, settings, kept, problems, onChange }: Props) {
  const [verdict, setVerdict] = useState<string>()
  const test = () =>
    ask<SettingsVerdict>('/_page/settings', settings)
      .then(({ ok, error }) => setVerdict(ok ? 'The settings work.' : (error ?? 'The settings do not work.')))
      .catch((error: Error) => setVerdict(error.message))
  return (
    <section className="pane" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      {Object.entries(fields).map(([key, field]) => (
        <div key={key} className="setting">
          <label>
            <span>
              {field.label}
              {field.required === true && <small className="required"> required</small>}
            </span>
            <SettingInput
              field={field}
              value={textOf(settings[key])}
              kept={kept.includes(key)}
              onChange={(value) => onChange({ ...settings, [key]: value === '' ? undefined : value })}
            />
          </label>
          <small>{field.description}</small>
          {problems[key] && <p role="alert">{problems[key]}</p>}
        </div>
      ))}
      <button type="button" onClick={() => void test()}>
        Test the settings
      </button>
      <p role="status">{verdict}</p>
    </section>
  )
}

interface InputProps {
  field: Field
  value: string
  kept: boolean
  onChange: (value: string) => void
}

function SettingInput({ field, value, kept, onChange }: InputProps) {
  const choices = choicesOf(field)
  if (choices.length > 0) {
    return (
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    )
  }
  return (
    <input
      type={field.type === 'password' ? 'password' : 'text'}
      autoComplete="off"
      placeholder={kept ? 'the server has it' : undefined}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
