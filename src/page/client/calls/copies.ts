import type { CallRecord, PreviewResult, RunRequest } from '../../protocol'
import { ask } from '../api'
import type { Context } from '../context'
import { asCurl, asTestCase } from '../mapping/copy'
import { secretKeys, withoutSecrets } from '../mapping/manifest'
import type { MenuItems } from '../menu'

/** What can be copied of a call. A call that no action took has its link alone. */
export function copiesOf(record: CallRecord, context: Context, onError: (error: Error) => void): MenuItems {
  const link = { 'Link to this call': () => copy(`${location.origin}/?call=${record.number}`) }
  const [delivery] = record.deliveries
  if (!delivery) return link
  const { action, mapping } = delivery
  const request = { action, mapping, event: record.message, settings: context.settings }
  return { ...link, ...requestCopies(request, context, onError) }
}

/** Passwords are left out: what is copied is meant to be passed on. */
export function requestCopies(request: RunRequest, context: Context, onError: (error: Error) => void): MenuItems {
  const { manifest, server } = context
  const tested = { ...request, settings: withoutSecrets(request.settings, secretKeys(manifest)), url: server.url }
  const testCase = async () => copy(asTestCase(tested, await ask<PreviewResult>('/_page/preview', { body: request })))
  return { 'As curl': () => copy(asCurl(tested)), 'As test case': () => testCase().catch(onError) }
}

export function copy(text: string): Promise<void> {
  return navigator.clipboard.writeText(text)
}
