import escape from 'lodash/escape'

/** Bars with one unit; those of others than this project are grey. */
export interface Panel {
  title: string
  /** Behind each value, e.g. `MB`. */
  unit: string
  bars: { label: string; value: number; isOther?: boolean }[]
}

const WIDTH = 760
const LABEL_WIDTH = 210
const VALUE_WIDTH = 80
const BAR_HEIGHT = 24
const ROW_HEIGHT = 34
const HEAD_HEIGHT = 44
const STYLE =
  'text { font: 14px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 } .own { fill: #2563eb } .other { fill: #9ca3af }'

/** Panels of horizontal bars, one under the other, as an SVG that reads on a light and on a dark page. */
export function chart(title: string, panels: Panel[]): string {
  const tops = panels.map((_, index) => panels.slice(0, index).reduce((height, panel) => height + heightOf(panel), 16))
  const height = 16 + panels.reduce((sum, panel) => sum + heightOf(panel), 0)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect width="${WIDTH}" height="${height}" rx="8" fill="#fff"/>
${panels.map((panel, index) => panelSvg(panel, tops[index])).join('\n')}
</svg>
`
}

function heightOf({ bars }: Panel): number {
  return HEAD_HEIGHT + bars.length * ROW_HEIGHT
}

function panelSvg({ title, unit, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH - 40
  const rows = bars.map(({ label, value, isOther }, index) => {
    const [y, width] = [top + HEAD_HEIGHT - 10 + index * ROW_HEIGHT, Math.max(2, (room * value) / longest)]
    const middle = y + BAR_HEIGHT - 7
    return `<text x="20" y="${middle}">${escape(label)}</text>
<rect class="${isOther ? 'other' : 'own'}" x="${20 + LABEL_WIDTH}" y="${y}" width="${width.toFixed(0)}" height="${BAR_HEIGHT}" rx="3"/>
<text x="${(30 + LABEL_WIDTH + width).toFixed(0)}" y="${middle}">${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}</text>`
  })
  return [`<text class="title" x="20" y="${top + 14}">${escape(title)}</text>`, ...rows].join('\n')
}
