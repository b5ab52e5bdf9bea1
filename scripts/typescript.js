'use strict'

const { addHook } = require('sucrase/dist/register')

// Lets Node load TypeScript as it is. What Node knows is left alone: rewritten, `?.` and class fields are slow. Class
// fields are then set before parameter properties, which `npm run typecheck` watches over.
addHook('.ts', { transforms: ['imports', 'typescript'], disableESTransforms: true })
