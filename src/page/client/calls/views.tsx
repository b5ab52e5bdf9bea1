import * as Tabs from '@radix-ui/react-tabs'
import { lazy } from 'react'
import type { StoryRow } from '../../protocol'
import { Part } from '../part'
import { StoryRows } from './story-rows'

const Compare = lazy(() => import('./compare'))

interface Props {
  event: unknown
  payload?: unknown
  rows?: StoryRow[]
  sent?: unknown
}

/** One call as rows of fields, as the event, as the payload that the mapping made, and as both texts side by side. */
export function Views({ event, payload, rows, sent }: Props) {
  const views = {
    ...(rows && payload ? { Fields: <StoryRows rows={rows} /> } : {}),
    Event: <Json value={event} />,
    ...(payload ? { Payload: <Json value={payload} /> } : {}),
    ...(payload && sent ? { Compare: <Comparison payload={payload} sent={sent} /> } : {})
  }
  return (
    <Tabs.Root defaultValue={Object.keys(views)[0]}>
      <Tabs.List className="tabs" aria-label="Views of the call">
        {Object.keys(views).map((name) => (
          <Tabs.Trigger key={name} value={name}>
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {Object.entries(views).map(([name, view]) => (
        <Tabs.Content key={name} value={name} tabIndex={-1}>
          {view}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}

/** Characters of a text that are shown: a batch's has megabytes. */
const SHOWN = 20_000

export function Json({ value, label }: { value: unknown; label?: string }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return (
    <pre tabIndex={0} role="region" aria-label={label ?? 'JSON'}>
      {shortened(text)}
    </pre>
  )
}

function shortened(text: string): string {
  const rest = text.length - SHOWN
  return rest > 0 ? `${text.slice(0, SHOWN)}\n… ${rest.toLocaleString('en')} more characters` : text
}

function Comparison({ payload, sent }: { payload: unknown; sent: unknown }) {
  return (
    <Part>
      <p className="soft">Left: the payload that the mapping made. Right: what was sent.</p>
      <Compare left={payload} right={sent} />
    </Part>
  )
}
