import { json, jsonParseLinter } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import { Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { editorLook } from './editor-look'

interface Props {
  value: string
  label: string
  onChange: (value: string) => void
  /** Called on Ctrl+Enter. */
  onSend: () => void
}

export default function JsonEditor({ value, label, onChange, onSend }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const calls = useRef({ onChange, onSend })
  calls.current = { onChange, onSend }

  useEffect(() => {
    const editor = new EditorView({
      doc: value,
      parent: place.current ?? undefined,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (calls.current.onSend(), true) }])),
        basicSetup,
        json(),
        linter(jsonParseLinter()),
        lintGutter(),
        EditorView.lineWrapping,
        editorLook,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of(
          (update) => update.docChanged && calls.current.onChange(update.state.doc.toString())
        )
      ]
    })
    view.current = editor
    return () => editor.destroy()
    // The editor keeps the text itself; what comes from outside is taken below.
  }, [label])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  return <div className="editor" ref={place} />
}
