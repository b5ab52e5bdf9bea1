import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import heap from '../../src/destinations/heap'
import { defaultSubscriptions } from '../../src/segment/connection'
import { run } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'

const track = (number: number) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId: `user-${number}`,
  event: 'Order Completed',
  timestamp: '2024-01-01T00:00:00.000Z'
})
const line = (number: number) => `${JSON.stringify(track(number))}\n`

/** The second and the fourth line were on their way when it was interrupted, the last had not been read. */
const READ = line(1) + line(2) + 'no JSON\n' + line(4)
const REJECTED = '{"line":3,"reason":"the line is not valid JSON","text":"no JSON"}\n'

describe('backfill after version 0.1.0', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const backfill = () => run(['backfill', '--emulator', here.emulator.url, 'a.ndjson'], { cwd: here.folder })
  const write = (name: string, content: string) => writeFileSync(join(here.folder, name), content)
  const keys = () => here.emulator.events().map(({ idempotency_key }) => idempotency_key)

  function leave(damage: object = {}): void {
    const decisive = [here.emulator.url, '11', 'US', defaultSubscriptions(heap), '-Infinity', 'Infinity']
    const checkpoint = {
      version: 1,
      options: createHash('sha256').update(JSON.stringify(decisive)).digest('hex'),
      print: createHash('sha256').update(READ).update(READ).digest('hex'),
      position: READ.length,
      line: 4,
      unsettled: [
        { position: READ.length - line(4).length, line: 3 },
        { position: line(1).length, line: 1 }
      ],
      rejectedBytes: REJECTED.length,
      totals: { delivered: 1, rejected: 1, skipped: 0 }
    }
    write('a.ndjson', READ + line(5))
    write('a.ndjson.rejected.ndjson', `${REJECTED}{"line":9,"reason":"in no checkpoint"}\n`)
    write('a.ndjson.checkpoint.json', JSON.stringify({ ...checkpoint, ...damage }))
  }

  it('continues from the checkpoint, once', async () => {
    leave()
    const stdout = 'a.ndjson: read 5, delivered 4, rejected 1 (a.ndjson.rejected.ndjson), skipped 0\n'
    expect(await backfill()).toMatchObject({ code: 2, stdout })
    expect(keys()).toStrictEqual(['message-2', 'message-4', 'message-5'])
    expect(readFileSync(join(here.folder, 'a.ndjson.rejected.ndjson'), 'utf8')).toBe(REJECTED)
    expect(readdirSync(here.folder).sort()).toStrictEqual(['a.ndjson', 'a.ndjson.backfill', 'a.ndjson.rejected.ndjson'])
    expect(await backfill()).toMatchObject({ code: 2, stdout })
    expect(keys()).toHaveLength(3)
  })

  it.each([
    ['a place that is none', { position: -1 }],
    ['a line that is none', { line: null }],
    ['half a byte', { rejectedBytes: 0.5 }],
    ['an open line that is none', { unsettled: [null] }],
    ['a subscription that is text', { unsettled: [{ position: 0, line: 0, routes: ['0'] }] }],
    ['a subscription that there is not', { unsettled: [{ position: 0, line: 0, routes: [99] }] }],
    ['a missing figure', { totals: { delivered: 2, rejected: 0 } }],
    ['a negative figure', { totals: { delivered: -2, rejected: 0, skipped: 0 } }]
  ])('does not believe a checkpoint with %s', async (_case, damage) => {
    leave(damage)
    const { code, stderr } = await backfill()
    expect({ code, stderr }).toStrictEqual({
      code: 1,
      stderr: 'Error: a.ndjson.checkpoint.json is not a checkpoint of a backfill: move it away to start over\n'
    })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it.each([
    ['another file', { print: '0' }, /a\.ndjson has changed since a\.ndjson\.checkpoint\.json was written/],
    [
      'an open line in the middle of one',
      { unsettled: [{ position: 3, line: 0 }] },
      /has changed since a\.ndjson\.checkpoint/
    ],
    ['other options', { options: '0' }, /a\.ndjson\.checkpoint\.json was written with other options/]
  ])('continues with no checkpoint of %s', async (_case, difference, message) => {
    leave(difference)
    for (let round = 0; round < 2; round++) {
      expect(await backfill()).toMatchObject({ code: 1, stderr: expect.stringMatching(message) })
    }
    expect(here.emulator.requests).toStrictEqual([])
    expect(readFileSync(join(here.folder, 'a.ndjson.rejected.ndjson'), 'utf8')).toContain(REJECTED)
  })
})
