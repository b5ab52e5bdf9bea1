/** Up to this depth comparing with each ancestor is faster than a Set of them. */
const MAX_COMPARED_DEPTH = 16

/** A `toJSON` can make its levels anew without end: counted as many, they soon reach any limit of depth. */
const LEVELS_OF_TO_JSON = 1000

/** An object on the way from the root to where a walk is. */
export interface Frame {
  readonly object: object
  readonly keys: string[]
  /** Index of the first key not yet walked. */
  next: number
  /** What the path of each entry starts with. */
  readonly prefix: string
  depth: number
  readonly parent: Frame | undefined
  /** The object and its ancestors: one Set for all frames past `MAX_COMPARED_DEPTH` on the way. */
  ancestors: Set<object> | undefined
}

function append(object: object, keys: string[], prefix: string, parent: Frame | undefined): Frame {
  const depth = parent ? parent.depth + 1 : 0
  const frame: Frame = { object, keys, next: 0, prefix, depth, parent, ancestors: undefined }
  if (parent && depth > MAX_COMPARED_DEPTH) {
    parent.ancestors ??= ancestorsOf(parent)
    frame.ancestors = parent.ancestors.add(object)
  }
  return frame
}

/**
 * A frame for the own enumerable entries of an object.
 *
 * @param source the owner of the `toJSON` that returned the object, which then is on the way too; else the object itself
 * @throws what the traps of a proxy throw
 */
export function newFrame(object: object, source: object, prefix: string, parent: Frame | undefined): Frame {
  if (object === source) {
    return append(object, Object.keys(object), prefix, parent)
  }
  const owner = append(source, [], prefix, parent)
  owner.depth += LEVELS_OF_TO_JSON
  return append(object, Object.keys(object), prefix, owner)
}

function ancestorsOf(frame: Frame): Set<object> {
  const ancestors = new Set<object>()
  for (let current: Frame | undefined = frame; current; current = current.parent) {
    ancestors.add(current.object)
  }
  return ancestors
}

export function isOnTheWay(object: unknown, frame: Frame): boolean {
  if (frame.ancestors) {
    return frame.ancestors.has(object as object)
  }
  for (let current: Frame | undefined = frame; current; current = current.parent) {
    if (current.object === object) {
      return true
    }
  }
  return false
}

/** The nearest ancestor with keys left; those passed over are no longer on the way. */
export function leave(frame: Frame): Frame | undefined {
  let rest = frame.parent
  while (rest && rest.next === rest.keys.length) {
    rest = rest.parent
  }
  if (rest) {
    for (let left = frame; left !== rest; left = left.parent as Frame) {
      left.ancestors?.delete(left.object)
    }
  }
  return rest
}

export function rootOf(frame: Frame): Frame {
  let root = frame
  while (root.parent) {
    root = root.parent
  }
  return root
}
