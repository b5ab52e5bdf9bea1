import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { nonce } from '../nonce'

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--wait)' }
])

const surface = EditorView.theme({
  '&': { backgroundColor: 'var(--field)', color: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--field)', color: 'var(--soft)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--chosen) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--pane)', border: '1px solid var(--line)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--chosen) !important', color: 'inherit' }
})

/** The design's colours, light and dark alike, in every editor. */
export const editorLook = [surface, syntaxHighlighting(colors), EditorView.cspNonce.of(nonce)]
