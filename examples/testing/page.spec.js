const { expect, test } = require('@playwright/test')
const { startPipeline } = require('segment-heap-destination/testing')

let pipeline
test.beforeAll(async () => (pipeline = await startPipeline()))
test.afterAll(() => pipeline.close())

test.beforeEach(async ({ page }) => {
  await pipeline.reset()
  await page.route('https://cdn.segment.com/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    await route.fulfill({ response: await route.fetch({ url: pipeline.url + pathname }) })
  })
})

test('a visitor who signs up is in Heap', async ({ page }) => {
  await page.goto(`file://${__dirname}/shop.html`)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect.poll(() => pipeline.calls({ event: 'Signed Up' })).toHaveLength(1)
  await pipeline.expectNoRejectedCalls()
  const signUp = pipeline.heap.events().find(({ event }) => event === 'Signed Up')
  expect(signUp.properties).toMatchObject({ plan: 'pro', segment_library: 'analytics.js' })
})
