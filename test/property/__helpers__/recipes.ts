import fc from 'fast-check'

/** How to make a value: printable and shrinkable, where the value itself may be a cycle or throw when it is looked at. */
export type Recipe =
  | { leaf: unknown }
  | { object: [key: string, value: Recipe][]; of?: 'null' | 'class' }
  | { array: Recipe[] }
  | { date: number }
  | { boxed: string | number | boolean }
  /** `anew`: another object each time that it is asked. */
  | { toJSON: Recipe; anew: boolean }
  /** The object so many levels further out, which closes a cycle. */
  | { up: number }
  /** Cannot be read. */
  | { failing: 'getter' }
  | { exotic: keyof typeof EXOTIC }

export type ObjectRecipe = Extract<Recipe, { object: unknown }>

function fail(): never {
  throw new Error('from the data')
}

class WithMethods {
  get inherited(): string {
    return 'not its own'
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const EXOTIC = {
  map: () => new Map([['a', 1]]),
  set: () => new Set([1]),
  pattern: () => /a/g,
  error: () => new Error('as data'),
  bytes: () => new Uint8Array([1, 2]),
  buffer: () => Buffer.from('ab'),
  url: () => new URL('http://a.example/b'),
  inheriting: () => Object.create({ inherited: 1 }) as object,
  holes: () => Object.assign(new Array<unknown>(3), { 1: 'b' }),
  failingToJSON: () => ({ a: 1, toJSON: fail }),
  failingKeys: () => new Proxy({}, { ownKeys: fail }),
  revoked
}

const KINDS = [undefined, undefined, undefined, 'null', 'class'] as const

const dangerousKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  '',
  '.',
  'a.b',
  'id',
  'ID',
  '0',
  'length',
  'k'.repeat(1023),
  `${'k'.repeat(1022)}😀`,
  'k'.repeat(1500)
)

/** Few of them, so that paths meet. */
const plainKey = fc.constantFrom('a', 'b', 'c', 'a.b', 'b.a')

export const key = fc.oneof(
  { weight: 5, arbitrary: plainKey },
  { weight: 3, arbitrary: dangerousKey },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) }
)

const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  { weight: 2, arbitrary: fc.constantFrom('', '\ud800', '\u0000', 'v'.repeat(1024), `${'v'.repeat(1022)}😀`, 'null') }
)

const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, -0, Symbol('s'), fail, 2n ** 80n, -1n, 9e99)
)

const leafRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 12, arbitrary: leaf.map((value) => ({ leaf: value })) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.constantFrom(0, NaN, 8.64e15), fc.integer({ min: -2e12, max: 4e12 }))
      .map((date) => ({ date }))
  },
  { weight: 1, arbitrary: fc.oneof(text, fc.double(), fc.boolean()).map((boxed) => ({ boxed })) },
  { weight: 2, arbitrary: fc.nat({ max: 2 }).map((up) => ({ up })) },
  { weight: 1, arbitrary: fc.constant<Recipe>({ failing: 'getter' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...(Object.keys(EXOTIC) as (keyof typeof EXOTIC)[])).map((exotic) => ({ exotic }))
  }
)

const { object } = fc.letrec<{ recipe: Recipe; object: ObjectRecipe }>((tie) => ({
  recipe: fc.oneof(
    { maxDepth: 4, depthSize: 'max' },
    { weight: 5, arbitrary: leafRecipe },
    { weight: 3, arbitrary: tie('object') },
    { weight: 2, arbitrary: fc.array(tie('recipe'), { maxLength: 3 }).map((array): Recipe => ({ array })) },
    { weight: 1, arbitrary: fc.tuple(tie('recipe'), fc.boolean()).map(([toJSON, anew]): Recipe => ({ toJSON, anew })) }
  ),
  object: fc
    .tuple(fc.array(fc.tuple(key, tie('recipe')), { maxLength: 4 }), fc.constantFrom(...KINDS))
    .map(([object, of]): ObjectRecipe => ({ object, of }))
}))

export { object as objectRecipe }

/** The value, frozen as far as it can be: whoever changes it throws. */
function build(recipe: Recipe, around: object[] = []): unknown {
  if ('leaf' in recipe) return recipe.leaf
  if ('object' in recipe) return buildObject(recipe, around)
  if ('array' in recipe) return buildArray(recipe.array, around)
  if ('date' in recipe) return Object.freeze(new Date(recipe.date))
  if ('boxed' in recipe) return Object.freeze(Object(recipe.boxed))
  if ('toJSON' in recipe) return buildConverted(recipe, around)
  if ('up' in recipe) return around[around.length - 1 - recipe.up]
  if ('failing' in recipe) return fail
  return EXOTIC[recipe.exotic]()
}

export function buildObject({ object: entries, of }: ObjectRecipe, around: object[] = []): Record<string, unknown> {
  const made = of === 'null' ? (Object.create(null) as object) : of === 'class' ? new WithMethods() : {}
  for (const [name, each] of entries) define(made, name, each, around)
  return Object.freeze(made) as Record<string, unknown>
}

function buildArray(items: Recipe[], around: object[]): unknown[] {
  const made: unknown[] = []
  items.forEach((item, index) => define(made, String(index), item, around))
  return Object.freeze(made) as unknown[]
}

function define(owner: object, name: string, recipe: Recipe, around: object[]): void {
  const content = 'failing' in recipe ? { get: fail } : { value: build(recipe, [...around, owner]) }
  Object.defineProperty(owner, name, { ...content, enumerable: true, configurable: true })
}

function buildConverted({ toJSON, anew }: Extract<Recipe, { toJSON: Recipe }>, around: object[]): object {
  const made: { toJSON?: () => unknown } = {}
  const make = () => build(toJSON, [...around, made])
  const first = anew ? undefined : make()
  made.toJSON = anew ? make : () => first
  return Object.freeze(made)
}
