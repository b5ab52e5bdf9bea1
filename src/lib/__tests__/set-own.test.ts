import { setOwn } from '../set-own'

describe('setOwn', () => {
  it('writes an own entry under any key, over an older one too', () => {
    const object: Record<string, unknown> = {}
    for (const key of ['a', '__proto__', 'constructor']) {
      setOwn(object, key, { old: key })
      setOwn(object, key, key)
    }
    expect(Object.entries(object)).toStrictEqual([
      ['a', 'a'],
      ['__proto__', '__proto__'],
      ['constructor', 'constructor']
    ])
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(object, '__proto__')).toStrictEqual(
      Object.getOwnPropertyDescriptor({ ['__proto__']: '__proto__' }, '__proto__')
    )
  })
})
