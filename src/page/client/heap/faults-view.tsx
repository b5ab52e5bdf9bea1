import { useEffect, useState } from 'react'
import type { JsonObject } from '../../protocol'
import { ask, useAsked } from '../api'
import type { Context } from '../context'

/** The emulator's faults, as its API takes them. */
type Faults = JsonObject

interface Control {
  /** Where its value stands. One in % is a share of the requests there, 0 to 1. */
  path: [key: string, status?: string]
  label: string
  about: string
  unit: '%' | 'ms' | 's'
}

const CONTROLS: Control[] = [
  { path: ['status', '429'], label: 'Too many requests (429)', about: 'Heap asks for a retry later.', unit: '%' },
  { path: ['status', '500'], label: 'Server errors (500)', about: 'Heap fails; nothing is stored.', unit: '%' },
  { path: ['status', '503'], label: 'Unavailable (503)', about: 'Heap is down; nothing is stored.', unit: '%' },
  {
    path: ['resetBefore'],
    label: 'Resets before storing',
    about: 'The connection breaks, and nothing is stored.',
    unit: '%'
  },
  {
    path: ['resetAfter'],
    label: 'Resets after storing',
    about: 'The connection breaks once everything is stored.',
    unit: '%'
  },
  { path: ['delayMs'], label: 'Delay', about: 'Time before each answer.', unit: 'ms' },
  { path: ['retryAfter'], label: 'Retry-After', about: 'Sent with every 429.', unit: 's' }
]

export function FaultsView({ context: { live } }: { context: Context }) {
  const { answer, error } = useAsked<Faults>('/_page/faults', live?.faults.join())
  const [faults, setFaults] = useState<Faults>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => setFaults(answer), [answer])
  const put = (next: Faults) => {
    setFaults(next)
    setProblem(undefined)
    ask<Faults>('/_page/faults', { method: 'PUT', body: next }).catch(({ message }: Error) => setProblem(message))
  }
  const isOn = (live?.faults.length ?? 0) > 0
  return (
    <main className="sheet-view narrow">
      <div className="bar">
        <h1>Faults</h1>
        <button type="button" disabled={!isOn} onClick={() => put({})}>
          Switch all off
        </button>
      </div>
      <p className="soft">Make the emulator fail on purpose, to see what happens to your calls.</p>
      {(problem ?? error) && <p role="alert">{problem ?? error}</p>}
      {faults &&
        CONTROLS.map((control) => (
          <FaultControl key={control.label} control={control} faults={faults} onFaults={put} />
        ))}
      {faults && Object.keys(faults).length > 0 && (
        <details>
          <summary>All faults as JSON</summary>
          <pre tabIndex={0}>{JSON.stringify(faults, null, 2)}</pre>
        </details>
      )}
    </main>
  )
}

interface ControlProps {
  control: Control
  faults: Faults
  onFaults: (faults: Faults) => void
}

function FaultControl({ control, faults, onFaults }: ControlProps) {
  const { path, label, about, unit } = control
  const scale = unit === '%' ? 100 : 1
  const value = Math.round(valueAt(faults, path) * scale * 10) / 10
  return (
    <label className={value > 0 ? 'fault on' : 'fault'}>
      <span>
        <b>{label}</b>
        <small>{about}</small>
      </span>
      <input
        type="number"
        min={0}
        max={unit === '%' ? 100 : undefined}
        step={unit === 'ms' ? 100 : 1}
        value={value}
        onChange={({ target }) => onFaults(withValue(faults, path, Math.max(0, Number(target.value)) / scale))}
      />
      {unit === '%' ? '% of requests' : unit}
    </label>
  )
}

function valueAt(faults: Faults, [key, status]: Control['path']): number {
  const value = status === undefined ? faults[key] : (Object(faults[key]) as JsonObject)[status]
  return Number(value ?? 0)
}

/** Without the entry when it is 0. */
function withValue(faults: Faults, [key, status]: Control['path'], value: number): Faults {
  const { [key]: before, ...rest } = faults
  if (status === undefined) return value > 0 ? { ...rest, [key]: value } : rest
  const statuses = withValue(Object(before) as JsonObject, [status], value)
  return Object.keys(statuses).length > 0 ? { ...rest, [key]: statuses } : rest
}
