import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'theme'
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

/** The theme that was chosen and is kept by the browser, and what changes it. */
export function useTheme(): [string, Theme] {
  const chosen = useSyncExternalStore(listen, read)
  const drawn = useSyncExternalStore(listen, () => (read() === 'system' ? (dark.matches ? 'dark' : 'light') : read()))
  return [drawn, chosen]
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
  dark.addEventListener('change', onChange)
  return () => {
    listeners.delete(onChange)
    dark.removeEventListener('change', onChange)
  }
}

/** Before the first paint. */
export function applyKeptTheme(): void {
  try {
    document.documentElement.dataset.theme = localStorage.getItem(KEY) ?? 'system'
  } catch {
    document.documentElement.dataset.theme = 'system'
  }
}
