const { defineConfig } = require('@playwright/test')

// The machine's own Chrome, which GitHub's runners have. CHROME_PATH names another browser.
module.exports = defineConfig({
  use: { channel: 'chrome', launchOptions: { executablePath: process.env.CHROME_PATH } }
})
