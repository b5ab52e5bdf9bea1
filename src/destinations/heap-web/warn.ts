const told = new Set<string>()

/** Tells the console, once for each text on a page. */
export function warn(text: string): void {
  if (told.has(text)) return
  told.add(text)
  console.warn(`Segment's Heap destination: ${text}.`)
}
