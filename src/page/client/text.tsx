/** Characters of a name that are shown where there is one line for it. */
const SHOWN = 300

/**
 * A name that came from outside: its direction stays its own, what has no glyph gets one, and its length is bounded.
 */
export function Name({ of }: { of: string | null | undefined }) {
  return <bdi>{visible((of ?? '').slice(0, SHOWN))}</bdi>
}

/** Control characters as their pictures. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0)
    if (control === '\n' || control === '\t') return control
    return code < 0x20 ? String.fromCharCode(code + 0x2400) : '\u2421'
  })
}

/** A description in which backticks mean code, as in Segment's app. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))
}
