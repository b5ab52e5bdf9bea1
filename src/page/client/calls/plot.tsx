import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

const HEIGHT = 92

export interface Series {
  label: string
  /** A colour of the design's, by its name. */
  color: string
}

interface Props {
  kind: 'bars' | 'lines'
  series: Series[]
  /** Seconds since 1970, then the values of each series. Bars stand on top of each other in this order. */
  data: [number[], ...(number | null)[][]]
  unit?: string
  theme: string
}

/** A canvas and nothing else: what it shows must be told in words beside it. */
export default function Plot({ kind, series, data, unit = '', theme }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const shape = series.map(({ label }) => label).join()
  const latest = useRef(data)
  latest.current = kind === 'bars' ? stacked(data) : data

  useEffect(() => {
    const element = place.current
    if (!element) return
    const size = () => ({ width: Math.max(120, element.clientWidth), height: HEIGHT })
    const options = { ...size(), ...plotOptions(kind, series, unit, (name) => resolved(element, name)) }
    const made = new uPlot(options, latest.current, element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize(size()))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
    // The series are told by their names; data alone changes the plot below.
  }, [kind, shape, unit, theme])

  useEffect(() => plot.current?.setData(latest.current), [data])

  return <div className="plot" ref={place} aria-hidden="true" />
}

function plotOptions(kind: Props['kind'], series: Series[], unit: string, color: (name: string) => string) {
  const bars = kind === 'bars' ? uPlot.paths.bars?.({ size: [0.75, 40] }) : undefined
  const axis = { stroke: color('--soft'), grid: { show: false }, ticks: { show: false }, font: '11px system-ui' }
  const values = (_plot: uPlot, ticks: number[]) => ticks.map((tick) => `${tick.toLocaleString('en')}${unit}`)
  const drawn = series.map(({ label, color: name }) => {
    const stroke = color(name)
    const points = { show: kind === 'lines', size: 4, fill: stroke }
    return bars
      ? { label, fill: stroke, width: 0, paths: bars, points: { show: false } }
      : { label, stroke, width: 1.5, points, spanGaps: true }
  })
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 4, 0, 0] as uPlot.Padding,
    scales: { y: { range: (_plot: uPlot, _min: number, max: number): [number, number] => [0, Math.max(max || 0, 4)] } },
    axes: [
      { ...axis, size: 20, space: 70, values: (_plot: uPlot, ticks: number[]) => ticks.map(minute) },
      { ...axis, size: 46, space: 28, values, grid: { stroke: color('--line'), width: 1 } }
    ],
    series: [{}, ...(bars ? drawn.reverse() : drawn)]
  }
}

function minute(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

/** Sums from the first series up, the highest first: each is drawn over the one before. */
function stacked([times, ...values]: Props['data']): Props['data'] {
  const sums = times.map(() => 0)
  const layers = values.map((layer) => layer.map((value, index) => (sums[index] += value ?? 0)))
  return [times, ...layers.reverse()]
}

/** The canvas needs a colour itself, not the name of one. */
function resolved(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`
  return getComputedStyle(element).color
}
