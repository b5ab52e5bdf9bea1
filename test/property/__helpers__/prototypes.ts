const WATCHED = [Object, Array, Function, Date, String, Number, Boolean, Map, Set, Error, RegExp].map(
  (type) => type.prototype as object
)

const state = () => WATCHED.map((prototype) => Reflect.ownKeys(prototype).length).join()

const untouched = state()

/** Throws when something has been written to a prototype since the tests were loaded. */
export function expectPrototypesUntouched(): void {
  if (state() !== untouched || ({} as { a?: unknown }).a !== undefined)
    throw new Error('a prototype has been written to')
}
