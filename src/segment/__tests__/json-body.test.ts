import { readJson } from '../json-body'

async function problemWith(body: string): Promise<string> {
  const request = new Request('http://localhost', { method: 'POST', body })
  return readJson(request, 1000).then(
    () => 'none',
    (error: Error) => error.message
  )
}

describe('readJson', () => {
  it.each([
    ['{"a":1', /: Expected [^"]* in JSON at position 6\b/],
    ['{"apiKey":"secret" "a":1}', /: Expected [^"]* in JSON at position 19\b/],
    ['{"apiKey":"secret","a":"b",}', /: Expected [^"]* in JSON at position 27\b/],
    ['{"apiKey": secret}', /: Unexpected token 's'$/],
    ['{"a":"secret at position 1","b":"}', /: Unterminated string in JSON at position 34\b/],
    ['{"a":"secret at position 1","b":?}', /: Unexpected token '\?'$/],
    ['[object Object]', /^the body is not valid JSON(: Unexpected token 'o')?$/],
    ['', /: Unexpected end of JSON input$/]
  ])('tells what is wrong with %s, and not what is around it', async (body, problem) => {
    const told = await problemWith(body)
    expect(told).toMatch(/^the body is not valid JSON/)
    expect(told).toMatch(problem)
    expect(told).not.toContain('secret')
  })
})
