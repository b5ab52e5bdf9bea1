import { useState } from 'react'
import type { ReactNode } from 'react'

interface Props {
  summary: ReactNode
  isOpen?: boolean
  children: () => ReactNode
}

/** What it holds is made only once somebody opens it: bodies have megabytes, and lists many rows. */
export function Details({ summary, isOpen = false, children }: Props) {
  const [open, setOpen] = useState(isOpen)
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  )
}
