import { useState } from 'react'
import type { SettingsVerdict } from '../protocol'
import { ask } from './api'
import type { Context } from './context'
import { choicesOf } from './mapping/manifest'
import type { Field } from './mapping/manifest'
import { setTheme, THEMES, useTheme } from './theme'

export function SettingsView({ context }: { context: Context }) {
  const { manifest, server, state, change } = context
  const { settings } = state
  const [verdict, setVerdict] = useState<SettingsVerdict>()
  const test = () =>
    ask<SettingsVerdict>('/_page/settings', { body: settings })
      .then(setVerdict)
      .catch(({ message }: Error) => setVerdict({ ok: false, error: message }))
  const edit = (key: string, value: string) => {
    setVerdict(undefined)
    change({ settings: { ...settings, [key]: value === '' ? undefined : value } })
  }
  return (
    <main className="sheet-view narrow">
      <h1>Settings</h1>
      <p className="soft">
        These apply to what you send from this page. Calls from SDKs use the settings that the server was started with.
      </p>
      {Object.entries(manifest.authentication?.fields ?? {}).map(([key, field]) => (
        <div key={key} className="setting">
          <label>
            <span>
              {field.label}
              {field.required === true && <small className="required"> required</small>}
            </span>
            <SettingInput
              field={field}
              value={textOf(settings[key])}
              kept={server.keptSettings.includes(key)}
              onChange={(value) => edit(key, value)}
            />
          </label>
          <small>{field.description}</small>
          {verdict?.fields?.[key] && <p role="alert">{verdict.fields[key]}</p>}
        </div>
      ))}
      <button type="button" onClick={() => void test()}>
        Test the settings
      </button>
      <p role="status" className={verdict?.ok ? 'good' : 'bad'}>
        {verdict && said(verdict, server.live)}
      </p>
      <Theme />
    </main>
  )
}

/** Heap verifies nothing but an API key: what was not asked is not claimed. */
function said({ ok, error, asked }: SettingsVerdict, live: boolean): string {
  if (!ok) return error ?? 'The settings are wrong.'
  if (asked) return `${live ? 'Heap' : 'The emulator'} accepts them.`
  return 'The values are well-formed. Without an API key, Heap offers no further check.'
}

function Theme() {
  const [, theme] = useTheme()
  return (
    <fieldset className="setting">
      <legend>Theme</legend>
      <div className="bar">
        {THEMES.map((name) => (
          <label key={name} className="check">
            <input type="radio" name="theme" checked={theme === name} onChange={() => setTheme(name)} /> {name}
          </label>
        ))}
      </div>
    </fieldset>
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
