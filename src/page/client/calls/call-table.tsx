import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import type { CallSummary } from '../../protocol'
import { useMedia } from '../media'
import { Name } from '../text'
import { clock, duration, Outcome } from './outcome'

interface Props {
  /** The oldest first; the table begins with the newest. */
  rows: CallSummary[]
  selected: number | undefined
  onSelect: (number: number) => void
}

const COLUMNS = ['Time', 'Type', 'Event', 'Who', 'Action', 'Outcome', 'Status', 'Time taken']

/** Draws the rows in sight and no others. Arrow keys go from call to call. */
export function CallTable({ rows, selected, onSelect }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const height = useMedia('(max-width: 600px)') ? 52 : 30
  const at = (index: number) => rows[rows.length - 1 - index]
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => height,
    overscan: 8
  })
  useEffect(() => virtual.measure(), [virtual, height])
  useSteady(place, rows, height)
  const selectAt = (index: number) => {
    const call = at(Math.max(0, Math.min(rows.length - 1, index)))
    if (!call) return
    onSelect(call.number)
    virtual.scrollToIndex(rows.length - 1 - rows.indexOf(call))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const index =
      selected === undefined ? -1 : rows.length - 1 - rows.findLastIndex(({ number }) => number === selected)
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    selectAt(next)
  }
  return (
    <div
      ref={place}
      className="table"
      role="grid"
      aria-label="Calls"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={selected === undefined ? undefined : `call-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="row" className="head" aria-rowindex={1}>
        {COLUMNS.map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div className="rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <Row
            key={at(index).number}
            call={at(index)}
            revision={at(index).revision}
            index={index}
            start={start}
            isSelected={at(index).number === selected}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  call: CallSummary
  revision: number
  index: number
  start: number
  isSelected: boolean
  onSelect: (number: number) => void
}

/** A call changes in its place: its revision tells. */
const Row = memo(function Row({ call, index, start, isSelected, onSelect }: RowProps) {
  const { number, receivedAt, type, event, userId, anonymousId, actions, outcome, status, milliseconds, repeats } = call
  return (
    <div
      id={`call-${number}`}
      role="row"
      className="line"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onSelect(number)}
    >
      <span role="gridcell">{clock(receivedAt)}</span>
      <span role="gridcell">{type}</span>
      <span role="gridcell" className="event">
        <Name of={event ?? type} />
      </span>
      <span role="gridcell">
        <Name of={userId ?? anonymousId} />
      </span>
      <span role="gridcell">{actions.join(', ')}</span>
      <span role="gridcell">
        <Outcome outcome={outcome} />
        {repeats !== null && <span className="badge quiet">Repeat</span>}
      </span>
      <span role="gridcell">{status}</span>
      <span role="gridcell">{outcome === 'waiting' ? '' : duration(milliseconds)}</span>
    </div>
  )
})

/** New calls come in above: whoever has scrolled down keeps what they look at. */
function useSteady(place: { current: HTMLDivElement | null }, rows: CallSummary[], height: number): void {
  const before = useRef(rows.length)
  useLayoutEffect(() => {
    const added = rows.length - before.current
    before.current = rows.length
    if (place.current && place.current.scrollTop > height && added > 0) place.current.scrollTop += added * height
  })
}
