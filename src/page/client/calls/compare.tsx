import { json } from '@codemirror/lang-json'
import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { editorLook } from '../mapping/editor-look'

/** Two values as JSON, side by side, what differs marked. */
export default function Compare({ left, right }: { left: unknown; right: unknown }) {
  const place = useRef<HTMLDivElement>(null)
  const [a, b] = [left, right].map((value) => JSON.stringify(value, null, 2))
  useEffect(() => {
    const parent = place.current ?? undefined
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        json(),
        editorLook,
        EditorView.lineWrapping,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label })
      ]
    })
    const view = new MergeView({ a: side(a, 'Payload'), b: side(b, 'Sent'), parent, gutter: false })
    return () => view.destroy()
  }, [a, b])
  return <div className="editor compare" ref={place} />
}
