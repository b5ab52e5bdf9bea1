import { CallHistory } from '../call-history'

const MB = 1024 * 1024

function numbersIn(history: CallHistory): number[] {
  return history.newest(2000).items.map(({ number }) => number)
}

describe('CallHistory', () => {
  it('keeps the newest 1,000 calls', () => {
    const history = new CallHistory()
    for (let at = 1; at <= 1002; at++) history.add({ messageId: `m-${at}` })
    expect([numbersIn(history).length, numbersIn(history).pop()]).toStrictEqual([1000, 3])
    expect([history.numbered(2), history.withMessageId('m-2'), history.newest(1).total]).toStrictEqual([
      undefined,
      undefined,
      1000
    ])
  })

  it('keeps calls while they take no more than 16 MB', () => {
    const history = new CallHistory()
    for (let at = 0; at < 6; at++) history.add({ text: 'x'.repeat(2.5 * MB) })
    expect(numbersIn(history)).toStrictEqual([6, 5, 4])
  })

  it('counts the mapping that a call of the page came with', () => {
    const history = new CallHistory()
    for (let at = 0; at < 6; at++) {
      history.add({}, { action: 'trackEvent', mapping: { event: 'x'.repeat(2.5 * MB) } })
    }
    expect(numbersIn(history)).toStrictEqual([6, 5, 4])
  })

  it('keeps no call that is too large alone, and the next one again', () => {
    const history = new CallHistory()
    history.add({ text: 'x'.repeat(8 * MB) })
    expect(numbersIn(history)).toStrictEqual([])
    history.add({})
    expect(numbersIn(history)).toStrictEqual([2])
  })

  it('forgets an ID with the call that had it last', () => {
    const history = new CallHistory()
    history.add({ messageId: 'twice', text: 'x'.repeat(4.5 * MB) })
    const second = history.add({ messageId: 'twice', text: 'x'.repeat(4.5 * MB) })
    expect(history.withMessageId('twice')).toBe(second)
    history.add({ text: 'x'.repeat(4.5 * MB) })
    expect(history.withMessageId('twice')).toBeUndefined()
  })
})
