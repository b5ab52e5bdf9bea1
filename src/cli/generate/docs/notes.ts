import { heap, heapWeb } from '../../..'
import type { Definition } from '../../definition'
import { heapNotes } from './heap-notes'
import { heapWebNotes } from './heap-web-notes'

/** The sections on what the fields of this project's own definitions cannot say; none for other definitions. */
export async function notesOn({ slug }: Pick<Definition, 'slug'>): Promise<string[]> {
  if (slug === heap.slug) return heapNotes()
  return slug === heapWeb.slug ? heapWebNotes() : []
}
