import { deepStrictEqual, strictEqual } from 'node:assert'
import { PayloadValidationError } from '@segment/actions-core'
import fc from 'fast-check'
import { userIdentifier } from '../../src/destinations/heap/identifier'
import { realId } from '../../src/lib/heap/identity'
import { tryCases } from './__helpers__/cases'
import { idText, PLACEHOLDERS } from './__helpers__/ids'
import { buildObject, objectRecipe } from './__helpers__/recipes'

function expectedId(text: string): string | undefined {
  return PLACEHOLDERS.includes(text.trim().toLowerCase()) ? undefined : text.trim()
}

describe('realId', () => {
  it('is the trimmed text unless that is a placeholder', () => {
    tryCases(5000, idText, (text) => strictEqual(realId(text), expectedId(text)))
  })

  it('is the decimal digits of a whole number', () => {
    const numbers = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt(), fc.constantFrom(1e21, -0, 2 ** 60))
    tryCases(5000, numbers, (number) => strictEqual(realId(number), expectedId(BigInt(number).toString())))
  })

  it('makes no ID of anything else, and calls nothing of it', () => {
    tryCases(5000, objectRecipe, (recipe) => strictEqual(realId(buildObject(recipe)), undefined))
  })
})

describe('userIdentifier', () => {
  function expected(identity = '', anonymous = ''): unknown {
    const [known, unknown] = [expectedId(identity), expectedId(anonymous)]
    if (known !== undefined) return known.length > 255 ? 'identity' : { identity: known }
    if (unknown !== undefined) return unknown.length > 1023 ? 'anonymous_id' : { anonymousId: unknown }
    return 'identity'
  }

  function named(error: unknown): string | undefined {
    if (!(error instanceof PayloadValidationError)) throw error
    return /`(\w+)`/.exec(error.message)?.[1]
  }

  it('is the identity, else the anonymous ID, else an error that names a field', () => {
    const maybeId = fc.option(idText, { nil: undefined })
    tryCases(5000, fc.record({ identity: maybeId, anonymous_id: maybeId }), (ids) => {
      let actual: unknown
      try {
        actual = userIdentifier(ids)
      } catch (error) {
        actual = named(error)
      }
      deepStrictEqual(actual, expected(ids.identity, ids.anonymous_id))
    })
  })
})
