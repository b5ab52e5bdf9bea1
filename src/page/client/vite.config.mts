import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `serve` puts a nonce of its own in place of this with every answer: CodeMirror writes a style sheet at run time.
const NONCE = '__NONCE__'

// React's development build is twice as large, and is what vite would take where jest or a shell says so.
process.env.NODE_ENV = 'production'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  html: { cspNonce: NONCE },
  build: {
    outDir: '../../../dist/page/client',
    emptyOutDir: true,
    assetsDir: '_page/assets',
    // The Content-Security-Policy takes no data: URLs.
    assetsInlineLimit: 0,
    reportCompressedSize: false
  }
})
