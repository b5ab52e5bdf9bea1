import { mismatch, parseProblem } from '../fql'

describe('parseProblem', () => {
  it.each([
    ['type = "track" and event = "a" or event = "b"', /it mixes and with or/],
    ['type = "track" and (event = "a" and name = "b" or userId = "c")', /it mixes and with or/],
    ["type = 'track'", /double quotes/],
    ['type == "track"', /two operators/],
    ['properties.a <> 3', /two operators/],
    ['properties.a => 3', /two operators/],
    ['type = "track" and event =', /a value is missing/],
    ['type = and event = "a"', /a value is missing/],
    ['type = "track")', /parentheses do not match/],
    ['not type = "track"', /ignores the negation/],
    ['!(type = "track")', /ignores the negation/],
    ['type = "page" and (!contains(event, "a") or userId = null)', /group that begins with a negation/],
    ['type = "trak"', /no call of type "trak"/],
    ['event = "a" or type = "Track"', /no call of type "Track"/],
    ['type is track', /"is" is not an operator/],
    ['type = "track" and evnt = "a"', /a part of it is not a condition/],
    ['((type = "track"))', /groups cannot be nested/],
    ['(type = "track"', /groups cannot be nested/],
    ['type = "track" && event = "a"', /groups cannot be nested/],
    ['', /not a condition that Segment knows/]
  ])('tells why Segment would not do what it says: %s', (fql, reason) => {
    expect(parseProblem(fql)).toMatch(reason)
  })

  it.each([
    'type = "track"',
    'type="track"',
    '(type = "identify" or type = "track") and context.personas.computation_class = "audience"',
    'type = "track" and (event = "a" or event = "b") and (name = "c" or name = "d")',
    'type = "track"\n and properties.a < 3 and properties.b >= -4.5',
    'contains(event, "not (a) and \' or == !(b)") and !contains(name, "x")',
    'match(event, "a*") or !match(event, "*b")',
    'event = "a\\" and traits.not = true and userId != null'
  ])('has nothing to say of %s', (fql) => {
    expect(parseProblem(fql)).toBeUndefined()
  })
})

describe('mismatch', () => {
  it.each([
    ['type = "track"', { type: 'track' }, undefined],
    ['type = "track"', { type: 'page' }, 'type is "page", needed: type = "track"'],
    [
      'event = "Paid" and userId = "a"',
      {},
      'event is missing, needed: event = "Paid"; userId is missing, needed: userId = "a"'
    ],
    ['properties.total > 5', { properties: { total: 4 } }, 'properties.total is 4, needed: properties.total > 5'],
    ['traits.plan = "pro"', { traits: null }, 'traits.plan is missing, needed: traits.plan = "pro"'],
    [
      'type = "track" or type = "page"',
      { type: 'group' },
      'none of: type is "group", needed: type = "track" / type is "group", needed: type = "page"'
    ],
    ['type', {}, 'not valid FQL: Value token is missing']
  ])('of %s with %j is %j', (subscribe, event, reason) => {
    expect(mismatch(subscribe, event)).toEqual(reason)
  })
})
