import { deepStrictEqual } from 'node:assert'
import { flatten } from '../../src/lib/flatten'
import { tryCases } from './__helpers__/cases'
import { expectPrototypesUntouched } from './__helpers__/prototypes'
import { buildObject, objectRecipe } from './__helpers__/recipes'
import { slowFlatten } from './__helpers__/slow-flatten'

describe('flatten', () => {
  it.each(['flatten', 'index', 'stringify', 'drop'] as const)('agrees with a slow reference in mode %s', (mode) => {
    tryCases(5000, objectRecipe, (recipe) => {
      const properties = buildObject(recipe)
      deepStrictEqual(flatten(properties, { mode }), slowFlatten(properties, mode))
      expectPrototypesUntouched()
    })
  })
})
