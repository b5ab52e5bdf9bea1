export interface Goal {
  text: string
  isMet: boolean
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function printTable(title: string, head: string[], rows: string[][]): void {
  console.log([`${title}\n`, row(head), row(head.map(() => '---')), ...rows.map(row), ''].join('\n'))
}

/** Also makes the process exit with 1 when a goal is missed. */
export function printGoals(goals: Goal[]): void {
  for (const { text, isMet } of goals) {
    console.log(`${isMet ? 'PASS' : 'MISS'} ${text}`)
  }
  if (goals.some(({ isMet }) => !isMet)) {
    process.exitCode = 1
  }
}
