import { createRoot } from 'react-dom/client'
import { App } from './app'
import { nonce } from './nonce'
import { applyKeptTheme } from './theme'
import './style/tokens.css'
import './style/base.css'
import './style/frame.css'
import './style/calls.css'
import './style/plots.css'
import './style/story.css'
import './style/try.css'
import './style/lists.css'
import './style/over.css'

// What Radix asks for the nonce of the style sheet that it writes.
Object.assign(window, { __webpack_nonce__: nonce })
applyKeptTheme()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
