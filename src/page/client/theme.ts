import { useSyncExternalStore } from 'react'
import { useMedia } from './media'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'theme'
const listeners = new Set<() => void>()

/** The theme that was chosen and is kept by the browser, and what changes it. */
export function useTheme(): [string, Theme] {
  const chosen = useSyncExternalStore(listen, read)
  const system = useMedia('(prefers-color-scheme: dark)') ? 'dark' : 'light'
  return [chosen === 'system' ? system : chosen, chosen]
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser that keeps nothing shows it until the page is left.
  }
  document.documentElement.dataset.theme = theme
  listeners.forEach((listener) => listener())
}

function read(): Theme {
  const kept = document.documentElement.dataset.theme
  return THEMES.find((theme) => theme === kept) ?? 'system'
}

function listen(onChange: () => void): () => void {
  listeners.add(onChange)
  return () => listeners.delete(onChange)
}

/** Before the first paint. */
export function applyKeptTheme(): void {
  try {
    document.documentElement.dataset.theme = localStorage.getItem(KEY) ?? 'system'
  } catch {
    document.documentElement.dataset.theme = 'system'
  }
}
