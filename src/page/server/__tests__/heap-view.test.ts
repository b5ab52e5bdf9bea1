import { createEmulator } from '../../../emulator'
import { HeapView } from '../heap-view'

const ALL = { search: '', offset: 0 }

async function filled(): Promise<HeapView> {
  const emulator = createEmulator()
  const view = new HeapView(emulator)
  const post = (path: string, body: object) =>
    emulator.app.request(path, { method: 'POST', body: JSON.stringify({ app_id: '11', ...body }) })
  await post('/api/add_account_properties', { accounts: [{ account_id: 'acme', properties: { seats: 20 } }] })
  await post('/eu/api/add_user_properties', {
    users: [
      { identity: 'ada', properties: { company: 'acme' } },
      { identity: 'bob', properties: { company: 'other' } }
    ]
  })
  return view
}

describe('HeapView', () => {
  it('joins people to the account whose ID one of their properties holds', async () => {
    const view = await filled()
    expect(view.accounts(ALL)).toStrictEqual({
      total: 1,
      items: [{ app_id: '11', account_id: 'acme', properties: { seats: 20 }, people: 1 }]
    })
    const [ada] = view.people({ search: 'ada', offset: 0 }).items
    expect(view.person('11', ada.user_id, 0)?.accounts).toStrictEqual([{ accountId: 'acme', property: 'company' }])
  })

  it('lists requests with the newest first, and finds them by their path', async () => {
    const view = await filled()
    const paths = (search: string) => view.requests({ search, offset: 0 }).items.map(({ path }) => path)
    expect(paths('')).toStrictEqual(['/api/add_user_properties', '/api/add_account_properties'])
    expect(paths('account')).toStrictEqual(['/api/add_account_properties'])
  })
})
