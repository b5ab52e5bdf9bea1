import { lazy, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { CallOutcome, HeapState } from '../../protocol'
import { Part } from '../part'
import { useTheme } from '../theme'
import { SHOWN_MINUTES } from './call-totals'
import type { CallTotals, MinuteTotals } from './call-totals'
import { count, duration, OUTCOMES } from './outcome'
import type { Tone } from './outcome'

const Plot = lazy(() => {
  requireKnownLanguage()
  return import('./plot')
})

/** uPlot does not load where the browser's language is not one that Intl knows: some say `en-US@posix`. */
function requireKnownLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US' })
  }
}

const STEP_MS = 1000

const TONES: Record<Tone, { label: string; color: string }> = {
  good: { label: 'delivered', color: '--good-fill' },
  wait: { label: 'waiting', color: '--wait-fill' },
  bad: { label: 'failed', color: '--bad-fill' },
  quiet: { label: 'no match', color: '--quiet-fill' }
}
const TIMES = [
  { label: 'half of them', color: '--accent' },
  { label: '95 %', color: '--soft' }
]

interface Props {
  totals: CallTotals
  heap: HeapState | undefined
  outcome: CallOutcome | ''
  onOutcome: (outcome: CallOutcome | '') => void
}

/** The last half hour at a glance. Drawn anew each second, however many calls come in. */
export function Plots({ totals, heap, outcome, onOutcome }: Props) {
  const now = useNow()
  const [theme] = useTheme()
  const minutes = useMemo(() => totals.recent(now), [totals, now])
  const perMinute = useMemo(() => outcomesOf(minutes), [minutes])
  const answers = useMemo((): PlotData => {
    return [minutes.map(({ at }) => at), minutes.map(({ p50 }) => p50), minutes.map(({ p95 }) => p95)]
  }, [minutes])
  const [half, most] = [totals.answeredIn(now, 0.5), totals.answeredIn(now, 0.95)]
  const total = perMinute
    .slice(1)
    .flat()
    .reduce<number>((sum, value) => sum + (value ?? 0), 0)
  return (
    <div className="strip">
      <Figure
        title={`Calls, last ${SHOWN_MINUTES} minutes`}
        figure={count(total)}
        text={`${count(newest(minutes))} this minute`}
      >
        <Plot kind="bars" series={Object.values(TONES)} data={perMinute} theme={theme} />
      </Figure>
      <section className="figure" aria-label="Outcomes">
        <h2>Outcomes</h2>
        <Outcomes totals={totals} outcome={outcome} onOutcome={onOutcome} />
      </section>
      <Figure title="Heap's answer" figure={duration(half)} text={`median ${duration(half)}, p95 ${duration(most)}`}>
        <Plot kind="lines" series={TIMES} data={answers} unit=" ms" theme={theme} />
      </Figure>
      {heap && <Limits heap={heap} />}
    </div>
  )
}

type PlotData = [number[], ...(number | null)[][]]

function outcomesOf(minutes: MinuteTotals[]): PlotData {
  const layers = Object.keys(TONES).map((tone) =>
    minutes.map(({ outcomes }) => {
      return [...outcomes].reduce((sum, [name, times]) => sum + (OUTCOMES[name].tone === tone ? times : 0), 0)
    })
  )
  return [minutes.map(({ at }) => at), ...layers]
}

function newest(minutes: MinuteTotals[]): number {
  return [...minutes[minutes.length - 1].outcomes.values()].reduce((sum, times) => sum + times, 0)
}

function Figure({
  title,
  figure,
  text,
  children
}: {
  title: string
  figure: string
  text: string
  children: ReactNode
}) {
  return (
    <figure className="figure">
      <h2>{title}</h2>
      <strong>{figure}</strong>
      <figcaption>{text}</figcaption>
      <Part className="plot">{children}</Part>
    </figure>
  )
}

/** The share of each, which is also the filter of the table. */
function Outcomes({ totals, outcome, onOutcome }: Pick<Props, 'totals' | 'outcome' | 'onOutcome'>) {
  const known = Object.entries(OUTCOMES) as [CallOutcome, (typeof OUTCOMES)[CallOutcome]][]
  const there = known.map(([key, { name, tone }]) => ({ key, name, tone, times: totals.outcomes.get(key) ?? 0 }))
  const shown = there.filter(({ key, times }) => times > 0 || key === outcome || key === 'delivered')
  return (
    <>
      <div className="share" aria-hidden="true">
        {there.map(({ key, tone, times }) => (
          <span key={key} style={{ flexGrow: times, background: `var(${TONES[tone].color})` }} />
        ))}
      </div>
      <div className="chips">
        {shown.map(({ key, name, tone, times }) => (
          <button
            key={key}
            type="button"
            className={`chip ${tone}`}
            aria-pressed={outcome === key}
            onClick={() => onOutcome(outcome === key ? '' : key)}
          >
            {name} <b>{count(times)}</b>
          </button>
        ))}
      </div>
    </>
  )
}

function Limits({ heap: { rates } }: { heap: HeapState }) {
  const { limited, appEvents, appLimit, identityEvents, identityLimit } = rates
  return (
    <section className="figure" aria-label="Heap's limits">
      <h2>Heap's limits, last minute</h2>
      <Limit name="Events of the app" value={appEvents} limit={appLimit} />
      <Limit name="Events of the busiest person" value={identityEvents} limit={identityLimit} />
      {limited > 0 && <p className="wait">Answered with 429 and retried: {count(limited)}</p>}
    </section>
  )
}

function Limit({ name, value, limit }: { name: string; value: number; limit: number }) {
  return (
    <label className="limit">
      <span>{name}</span>
      <span>
        {count(value)} of {count(limit)}
      </span>
      <meter min={0} max={limit} high={limit * 0.8} value={value} />
    </label>
  )
}

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
