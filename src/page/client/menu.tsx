import * as Dropdown from '@radix-ui/react-dropdown-menu'
import { useState } from 'react'

export type MenuItems = Record<string, () => unknown>

const SAID_MS = 2000

/** A button that opens a list of things to do. What was done is said on the button for a moment. */
export function Menu({ name, items }: { name: string; items: MenuItems }) {
  const [done, setDone] = useState(false)
  const choose = async (act: () => unknown) => {
    await act()
    setDone(true)
    setTimeout(() => setDone(false), SAID_MS)
  }
  return (
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger className="menu-button">{done ? 'Done' : name}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content className="menu" align="start" sideOffset={4}>
          {Object.entries(items).map(([item, act]) => (
            <Dropdown.Item key={item} className="menu-item" onSelect={() => void choose(act)}>
              {item}
            </Dropdown.Item>
          ))}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  )
}
