import { useEffect, useId, useRef, useState } from 'react'
import { choicesOf } from './manifest'
import type { Field } from './manifest'
import { Prose } from '../text'

/** ID of the list from which paths complete. */
export const PATHS = 'paths-of-the-event'

type Kind = 'nothing' | 'literal' | 'path' | 'template' | 'json'

interface Props {
  name: string
  field: Field
  value: unknown
  problem?: string
  missing: string[]
  changed: boolean
  onChange: (value: unknown) => void
  onReset: () => void
}

const KINDS: Record<Kind, string> = {
  nothing: 'Nothing',
  literal: 'Literal',
  path: 'Path',
  template: 'Template',
  json: 'JSON'
}

export function MappingField({ name, field, value, problem, missing, changed, onChange, onReset }: Props) {
  const id = useId()
  const [chosen, setChosen] = useState<Kind>()
  // What is written as JSON stays so, even when it becomes a path on the way.
  const kind = changed && chosen === 'json' ? chosen : kindOf(value)
  const choose = (next: Kind) => {
    setChosen(next)
    onChange(converted(value, next))
  }
  return (
    <fieldset className="field">
      <legend>
        {field.label} <code>{name}</code>
        {field.required === true && <small className="required"> required</small>}
      </legend>
      <div className="inputs">
        <KindSelect label={`${field.label}: kind`} kind={kind} onChoose={choose} />
        <ValueInput
          key={kind}
          describedBy={`${id}-about`}
          kind={kind}
          field={field}
          value={value}
          onChange={onChange}
        />
        {changed && (
          <button type="button" onClick={onReset}>
            Reset<span className="hidden"> {field.label}</span>
          </button>
        )}
      </div>
      {problem && <p role="alert">{problem}</p>}
      {missing.length > 0 && <p className="wait">Not in the event: {missing.join(', ')}</p>}
      <p id={`${id}-about`} className="about">
        <Prose text={field.description} />
      </p>
    </fieldset>
  )
}

function KindSelect({ label, kind, onChoose }: { label: string; kind: Kind; onChoose: (kind: Kind) => void }) {
  return (
    <select aria-label={label} value={kind} onChange={({ target }) => onChoose(target.value as Kind)}>
      {Object.entries(KINDS).map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  )
}

interface InputProps {
  kind: Kind
  field: Field
  value: unknown
  describedBy: string
  onChange: (value: unknown) => void
}

function ValueInput({ kind, field, value, describedBy, onChange }: InputProps) {
  const label = { 'aria-label': field.label, 'aria-describedby': describedBy }
  if (kind === 'nothing') return null
  if (kind === 'json') return <JsonInput label={label} value={value} onChange={onChange} />
  if (kind !== 'literal') {
    const directive = `@${kind}`
    const text = String((value as Record<string, unknown>)[directive])
    const list = kind === 'path' ? PATHS : undefined
    const change = (typedText: string) => onChange({ [directive]: typedText })
    return <input {...label} list={list} value={text} onChange={({ target }) => change(target.value)} />
  }
  const choices = field.type === 'boolean' ? TRUTHS : choicesOf(field)
  if (choices.length === 0) {
    return <input {...label} value={String(value)} onChange={({ target }) => onChange(typed(target.value, field))} />
  }
  return (
    <select {...label} value={String(value)} onChange={({ target }) => onChange(typed(target.value, field))}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}

const TRUTHS = ['true', 'false'].map((value) => ({ value, label: value }))

/** Keeps what is typed while it is no JSON yet. */
function JsonInput({ label, value, onChange }: { label: object; value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(JSON.stringify(value, null, 2))
  const [problem, setProblem] = useState<string>()
  const known = useRef(value)
  useEffect(() => {
    if (known.current === value) return
    known.current = value
    setText(JSON.stringify(value, null, 2))
    setProblem(undefined)
  }, [value])
  const change = (typedText: string) => {
    setText(typedText)
    try {
      known.current = JSON.parse(typedText)
      onChange(known.current)
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <div>
      <textarea
        {...label}
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        onChange={({ target }) => change(target.value)}
      />
      {problem && <p role="alert">Not JSON: {problem}</p>}
    </div>
  )
}

function kindOf(value: unknown): Kind {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value !== 'object') return 'literal'
  const [key, ...more] = Object.keys(value)
  const directive = more.length === 0 && typeof Object.values(value)[0] === 'string'
  if (directive && key === '@path') return 'path'
  return directive && key === '@template' ? 'template' : 'json'
}

function converted(value: unknown, kind: Kind): unknown {
  if (kind === 'nothing') return null
  if (kind === 'path') return { '@path': '$.' }
  if (kind === 'template') return { '@template': pathOf(value).replace(/^\$\.(.+)/, '{{$1}}') }
  return kind === 'literal' ? '' : (value ?? {})
}

function pathOf(value: unknown): string {
  const { '@path': path } = Object(value) as { '@path'?: unknown }
  return typeof path === 'string' ? path : ''
}

function typed(text: string, { type }: Field): unknown {
  if (type === 'boolean') return text === 'true'
  const isNumber = (type === 'number' || type === 'integer') && String(Number(text)) === text
  return isNumber ? Number(text) : text
}
