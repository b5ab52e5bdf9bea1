import type { AccountSummary } from '../../protocol'
import type { Context } from '../context'
import { Name } from '../text'
import { ListView } from './list-view'
import { Properties } from './properties'

export function AccountsView({ context: { live } }: { context: Context }) {
  return (
    <ListView<AccountSummary>
      title="Accounts"
      path="/_page/accounts"
      version={live?.heap?.version}
      columns={['Account', 'People', 'Properties']}
      empty="Heap has no accounts yet. Send a group call."
      row={({ app_id, account_id, people, properties }) => ({
        key: `${app_id} ${account_id}`,
        cells: [
          <strong>
            <Name of={account_id} />
          </strong>,
          people,
          <Properties properties={properties} />
        ]
      })}
    />
  )
}
