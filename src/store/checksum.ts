/** Fast, and not a protection against anybody who means harm. */
export function hashOf(text: string): [number, number] {
  let first = 0x811c9dc5
  let second = 0x9747b28c
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    first = Math.imul(first ^ unit, 0x01000193)
    second = Math.imul(second + unit, 0x5bd1e995) ^ (second >>> 13)
  }
  return [mixed(first), mixed(second)]
}

/** Spreads each bit over the others, so that changes of two entries do not make up for each other. */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return (once ^ (once >>> 15)) >>> 0
}

export function checksum(text: string): string {
  return hashOf(text)
    .map((half) => half.toString(36))
    .join('')
}
