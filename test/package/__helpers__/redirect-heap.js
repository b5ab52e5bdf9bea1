/** Loaded before a program whose requests to Heap are to reach the emulator: its own code knows nothing of it. */
const http = require('node:http')
const https = require('node:https')

https.request = (options, callback) => {
  if (options.hostname !== 'heapanalytics.com') throw new Error(`unexpected host ${options.hostname}`)
  const { port, hostname } = new URL(process.env.EMULATOR_URL)
  return http.request({ ...options, protocol: 'http:', host: hostname, hostname, port, agent: undefined }, callback)
}
