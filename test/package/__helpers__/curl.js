#!/usr/bin/env node
// Stands in for curl on a machine without it: the options that the examples use.
const { parseArgs } = require('node:util')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    'fail-with-body': { type: 'boolean' },
    user: { type: 'string', short: 'u' },
    data: { type: 'string', short: 'd' }
  }
})
const headers = values.user ? { authorization: `Basic ${btoa(values.user)}` } : {}
const method = values.data ? 'POST' : 'GET'

void fetch(positionals[0], { method, headers, body: values.data }).then(async (response) => {
  process.stdout.write(await response.text())
  if (values['fail-with-body'] && !response.ok) process.exitCode = 22
})
