import { useEffect, useState } from 'react'
import type { JsonObject } from '../../protocol'
import { ask, useAsked } from '../api'
import type { Context } from '../context'

/** The emulator's faults as a form; rates are shares of requests, 0 to 1. */
interface Faults {
  status?: Record<string, number>
  resetBefore?: number
  resetAfter?: number
  delayMs?: number
  retryAfter?: number
  [other: string]: unknown
}

interface Control {
  label: string
  about: string
  unit: '%' | 'ms' | 's'
  read: (faults: Faults) => number
  write: (faults: Faults, value: number) => Faults
}

const CONTROLS: Control[] = [
  statusControl('429', 'Too many requests', 'Heap asks for a retry later.'),
  statusControl('500', 'Server errors', 'Heap fails; nothing is stored.'),
  statusControl('503', 'Unavailable', 'Heap is down; nothing is stored.'),
  rateControl('resetBefore', 'Resets before storing', 'The connection breaks, and nothing is stored.'),
  rateControl('resetAfter', 'Resets after storing', 'The connection breaks once everything is stored.'),
  plainControl('delayMs', 'Delay', 'Time before each answer.', 'ms'),
  plainControl('retryAfter', 'Retry-After', 'Sent with every 429.', 's')
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

function FaultControl({
  control,
  faults,
  onFaults
}: {
  control: Control
  faults: Faults
  onFaults: (faults: Faults) => void
}) {
  const { label, about, unit, read, write } = control
  const value = read(faults)
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
        onChange={({ target }) => onFaults(write(faults, Math.max(0, Number(target.value))))}
      />
      {unit === '%' ? '% of requests' : unit}
    </label>
  )
}

function statusControl(status: string, label: string, about: string): Control {
  return {
    label: `${label} (${status})`,
    about,
    unit: '%',
    read: (faults) => percent(faults.status?.[status]),
    write: (faults, value) => ({ ...faults, status: changed(faults.status, status, value / 100) })
  }
}

function rateControl(key: 'resetBefore' | 'resetAfter', label: string, about: string): Control {
  return {
    label,
    about,
    unit: '%',
    read: (faults) => percent(faults[key]),
    write: (faults, value) => changed(faults, key, value / 100) ?? {}
  }
}

function plainControl(key: 'delayMs' | 'retryAfter', label: string, about: string, unit: 'ms' | 's'): Control {
  return {
    label,
    about,
    unit,
    read: (faults) => faults[key] ?? 0,
    write: (faults, value) => changed(faults, key, value) ?? {}
  }
}

function percent(share = 0): number {
  return Math.round(share * 1000) / 10
}

/** Without the entry when it is 0; undefined when nothing is left. */
function changed(values: JsonObject | undefined, key: string, value: number): Record<string, number> | undefined {
  const rest = Object.entries({ ...values, [key]: value }).filter(([name]) => name !== key || value > 0)
  return rest.length > 0 ? (Object.fromEntries(rest) as Record<string, number>) : undefined
}
