import escape from 'lodash/escape'
import type { Report } from './report'
import { remarksOn, tablesOf } from './text'
import type { Table } from './text'

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color-scheme: light dark }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border-bottom: 1px solid #8886; padding: .25rem .75rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
`

/** The report as one page that loads nothing and runs nothing. */
export function reportHtml(report: Report): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What changes in Heap</title>
<style>${STYLE}</style>
<h1>What changes in Heap</h1>
${tablesOf(report).map(tableHtml).join('\n')}
${remarksOn(report)
  .map((remark) => `<p>${escape(remark)}</p>`)
  .join('\n')}
</html>
`
}

function tableHtml({ title, columns, rows }: Table): string {
  const row = (tag: string, cells: string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`
  return `<h2>${escape(title)}</h2>
<table>
${[row('th', columns), ...rows.map((cells) => row('td', cells))].join('\n')}
</table>`
}
