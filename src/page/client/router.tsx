import { useSyncExternalStore } from 'react'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

/** Marks entries of the history that this page made: what any other entry carries came from elsewhere. */
export const OWN = { own: true }

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  history[`${how}State`](OWN, '', address)
  dispatchEvent(new PopStateEvent('popstate'))
}

export function useAddress(): URL {
  return new URL(useSyncExternalStore(listen, () => location.href))
}

function listen(onChange: () => void): () => void {
  addEventListener('popstate', onChange)
  return () => removeEventListener('popstate', onChange)
}

/** The address now with other parameters; those that are empty go. */
export function withParams(changes: Record<string, string>): string {
  const { pathname, searchParams } = new URL(location.href)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') searchParams.delete(name)
    else searchParams.set(name, value)
  }
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** A link within the page. A click that asks for another tab is left to the browser. */
export function Link({ href = '/', ...rest }: AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    go(href)
  }
  return <a href={href} onClick={follow} {...rest} />
}
