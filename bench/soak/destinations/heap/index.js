'use strict'

// Loads the build, like the rest of the measured process: loading TypeScript would add 75 MB to its memory.
const { default: heap } = require('../../../../dist/destinations/heap')
const { HEAP_ORIGINS } = require('../../../../dist/destinations/heap/heap-api')
const { redirectRequests } = require('../../../../dist/segment/redirect')

const url = process.env.SOAK_HEAP_URL ?? ''

const { trackEvent } = heap.actions
const REJECTED_EVERY = 20
let runs = 0

/** Every so often a promise is rejected that nobody waits for. */
function performBatch(...args) {
  if (++runs % REJECTED_EVERY === 0) void Promise.reject(new Error('nobody waits for this'))
  return trackEvent.performBatch(...args)
}

const careless = { ...heap, actions: { ...heap.actions, trackEvent: { ...trackEvent, performBatch } } }

/** The destination with that mistake, its requests redirected to an emulator in another process. */
module.exports = redirectRequests(careless, { [HEAP_ORIGINS.US]: url, [HEAP_ORIGINS.EU]: `${url}/eu` })
