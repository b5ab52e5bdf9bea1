import { parseFaults } from '../parse-faults'

describe('parseFaults', () => {
  it.each([
    [[], {}],
    [['429=0.1', '503=0.05'], { status: { '429': 0.1, '503': 0.05 } }],
    [['reset-before=0.02'], { resetBefore: 0.02 }],
    [['reset-after=0.03'], { resetAfter: 0.03 }],
    [['retry-after=1', 'delay=200', 'seed=7'], { retryAfter: 1, delayMs: 200, seed: 7 }],
    [['max-items=500', 'max-bytes=1000'], { tooLarge: { items: 500, bytes: 1000 } }],
    [['refuse=a=b', 'without-index'], { refuseContaining: 'a=b', withoutIndex: true }],
    [['only=/api/track'], { limitTo: '/api/track' }],
    [
      ['next=503,pass', 'next=reset-before,reset-after'],
      { next: [{ status: 503 }, { pass: true }, { reset: 'before' }, { reset: 'after' }] }
    ]
  ])('reads %j', (words, faults) => {
    expect(parseFaults(words)).toEqual(faults)
  })

  it.each([
    ['oops=1', 'Unknown fault "oops".'],
    ['constructor=1', 'Unknown fault "constructor".'],
    ['200=0.1', 'Unknown fault "200".'],
    ['429', 'Fault "429" needs a rate from 0 to 1, as in 429=0.1; got "".'],
    ['429=often', 'Fault "429" needs a rate from 0 to 1, as in 429=0.1; got "often".'],
    ['reset-after=2', 'Fault "reset-after" needs a rate from 0 to 1, as in reset-after=0.1; got "2".'],
    ['delay=-1', 'Fault "delay" needs milliseconds, as in delay=100; got "-1".'],
    ['retry-after=soon', 'Fault "retry-after" needs seconds, as in retry-after=100; got "soon".'],
    ['without-index=maybe', 'Fault "without-index" takes no value; got "maybe".'],
    ['refuse=', 'faults.refuseContaining should NOT be shorter than 1 characters'],
    [
      'next=418,later',
      'Fault "next" needs statuses, reset-before, reset-after or pass, separated by commas; got "later".'
    ]
  ])('refuses %s', (word, text) => {
    expect(() => parseFaults([word])).toThrow(text)
  })

  it('refuses rates above 1 together', () => {
    expect(() => parseFaults(['429=0.6', '503=0.6'])).toThrow('faults: the rates add up to 1.20, more than 1')
  })
})
