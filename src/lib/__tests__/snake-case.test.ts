import { snakeCase } from '../snake-case'

describe('snakeCase', () => {
  it.each([
    ['order_completed_last_30days', 'order_completed_last_30days'],
    ['Order Completed Last 30days', 'order_completed_last_30days'],
    ['orderCompletedLast30Days', 'order_completed_last30days'],
    ['HTTPServerUsers', 'http_server_users'],
    ['a--b  c', 'a_b_c'],
    ['  Big Spenders! ', 'big_spenders'],
    ['j_o_jons__step_1_ns3i7', 'j_o_jons__step_1_ns3i7'],
    ['Été à Paris', 'été_à_paris'],
    ['顧客', '顧客'],
    ['--', '']
  ])('makes %p %p', (key, name) => {
    expect(snakeCase(key)).toBe(name)
  })
})
