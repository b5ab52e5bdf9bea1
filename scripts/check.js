'use strict'

const { spawn } = require('node:child_process')
const { join } = require('node:path')

/** The longest first: as many run at once as there are lanes. */
const SCRIPTS = ['lint', 'typecheck', 'format:check', 'docs:check', 'metadata:check', 'types:check', 'validate']
const LANES = 2

/** Prints what it says when it is done, so that the words of two do not mix. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], {
      cwd: join(__dirname, '..'),
      shell: process.platform === 'win32'
    })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} npm run ${script}`)
      if (code !== 0) process.stdout.write(Buffer.concat(output))
      resolve(code === 0)
    })
  })
}

async function lane(waiting, passed) {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) passed.push(await run(script))
}

async function check() {
  const [waiting, passed] = [[...SCRIPTS], []]
  await Promise.all(Array.from({ length: LANES }, () => lane(waiting, passed)))
  process.exitCode = passed.every(Boolean) ? 0 : 1
}

void check()
