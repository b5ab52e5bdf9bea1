import { Component, Suspense } from 'react'
import type { ReactNode } from 'react'

interface Props {
  /** Its place while it loads. */
  className?: string
  children: ReactNode
}

/** A part of the page that is loaded when it is first shown. When it cannot be, the rest of the page stays. */
export class Part extends Component<Props, { failed: boolean }> {
  state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  render() {
    const { className, children } = this.props
    if (this.state.failed) return <p className="soft">This part did not load. Load the page again.</p>
    return <Suspense fallback={<div className={className} />}>{children}</Suspense>
  }
}
