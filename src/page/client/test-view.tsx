import type { Dispatch, SetStateAction } from 'react'
import type { PageState } from '../protocol'
import { EventPane } from './event-pane'
import { knownAction } from './manifest'
import type { Manifest } from './manifest'
import { MappingPane } from './mapping-pane'
import { OutcomePane } from './outcome-pane'
import type { LinkedState } from './page-state'
import { SettingsForm } from './settings-form'
import { useRun } from './use-run'

interface Props {
  manifest: Manifest
  server: PageState
  state: LinkedState
  calls: number | undefined
  onState: Dispatch<SetStateAction<LinkedState>>
}

export function TestView({ manifest, server, state, calls, onState }: Props) {
  const { event, action, settings } = state
  const run = useRun(manifest, server, state)
  const change = (part: Partial<LinkedState>) => onState((before) => ({ ...before, ...part }))
  const load = (loaded: unknown, suited = action) =>
    change({ event: JSON.stringify(loaded, null, 2), action: knownAction(manifest, suited) })
  const confirmed = () => !server.live || confirm(`Send to the real Heap, App ID ${String(settings.appId)}?`)
  return (
    <div className="test">
      <EventPane
        event={event}
        problem={run.eventProblem}
        calls={calls}
        onChange={(typed) => change({ event: typed })}
        onLoad={load}
      />
      <div>
        <SettingsForm
          fields={manifest.authentication?.fields ?? {}}
          settings={settings}
          kept={server.keptSettings}
          problems={run.fieldProblems}
          onChange={(changed) => change({ settings: changed })}
        />
        <MappingPane
          manifest={manifest}
          action={action}
          changes={run.changes}
          problems={run.fieldProblems}
          presets={run.presets}
          onAction={(chosen) => change({ action: chosen })}
          onChanges={(changed) => change({ changes: { ...state.changes, [action]: changed } })}
        />
      </div>
      <OutcomePane {...run} onSend={() => confirmed() && run.send()} />
    </div>
  )
}
