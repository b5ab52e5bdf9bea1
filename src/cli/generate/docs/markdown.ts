/** A table of which the first row is the head. Cells are Markdown already. */
export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Prose as a cell or paragraph: one line, with nothing that Markdown would take for a tag or the end of a cell. */
export function prose(text: string): string {
  const parts = text
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(`[^`]*`)/)
  return parts
    .map((part) => (part.startsWith('`') ? part : part.replace(/</g, '&lt;')))
    .map(pipeSafe)
    .join('')
}

export function code(text: string): string {
  return '`' + pipeSafe(text.replace(/\s+/g, ' ')) + '`'
}

/** Sections that have something to say, apart by an empty line. */
export function page(...sections: (string | undefined)[]): string {
  return sections.filter((section) => section !== undefined && section !== '').join('\n\n') + '\n'
}

function pipeSafe(text: string): string {
  return text.replace(/\|/g, '\\|')
}
