'use strict'

// Of the build, as all of the process that is measured: loading TypeScript would add 75 MB to its memory.
const { default: heap } = require('../../../../dist/destinations/heap')
const { HEAP_ORIGINS } = require('../../../../dist/destinations/heap/heap-api')
const { redirectRequests } = require('../../../../dist/segment/redirect')

const url = process.env.SOAK_HEAP_URL ?? ''

/** The destination as it is, its requests redirected to an emulator in another process. */
module.exports = redirectRequests(heap, { [HEAP_ORIGINS.US]: url, [HEAP_ORIGINS.EU]: `${url}/eu` })
