import { createRoot } from 'react-dom/client'
import { App } from './app'
import { nonce } from './nonce'
import { applyKeptTheme } from './theme'
import './tokens.css'
import './style.css'

// What Radix asks for the nonce of the style sheet that it writes.
Object.assign(window, { __webpack_nonce__: nonce })
applyKeptTheme()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
