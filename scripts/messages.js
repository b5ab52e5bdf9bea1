'use strict'

// Prints every text of the sources that can reach a person: errors, log lines, descriptions, words of the page.
// Read it from top to bottom. `npm run messages -- src/cli` narrows it to a folder.
const { readFileSync, readdirSync, statSync } = require('node:fs')
const { extname, join, relative } = require('node:path')
const ts = require('typescript')

const root = join(__dirname, '..')
const SOURCES = ['.ts', '.tsx']
/** Their values are for machines, however many words they have. */
const FOR_MACHINES = new Set([
  'className',
  'class',
  'style',
  'd',
  'points',
  'transform',
  'subscribe',
  'gridTemplateColumns'
])
/** Their values are for people, even when they are one word. */
const FOR_PEOPLE = new Set([
  'title',
  'label',
  'description',
  'summary',
  'placeholder',
  'aria-label',
  'message',
  'reason'
])

function sources(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => name !== '__tests__' && name !== 'generated-types.ts')
    .flatMap((name) => sources(join(path, name)))
    .filter((file) => SOURCES.includes(extname(file)))
}

/** Text with the code of each placeholder in braces. */
function textOf(node) {
  if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  return node.templateSpans.reduce(
    (text, { expression, literal }) => `${text}{${expression.getText()}}${literal.text}`,
    node.head.text
  )
}

function nameOf(node) {
  const owner = ts.isJsxExpression(node.parent) ? node.parent.parent : node.parent
  return ts.isPropertyAssignment(owner) || ts.isJsxAttribute(owner) ? owner.name.getText() : undefined
}

function isForPeople(node, text) {
  const name = nameOf(node)
  if (FOR_MACHINES.has(name) || !/[a-z]/i.test(text)) return false
  return ts.isJsxText(node) || FOR_PEOPLE.has(name) || /[a-z\d}"',;:.] +["'{(]?[a-z\d]/i.test(text)
}

function messages(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = []
  const visit = (node) => {
    const text = textOf(node)?.replace(/\s+/g, ' ').trim()
    if (text && isForPeople(node, text)) {
      found.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, text })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const folders = process.argv.slice(2)
let count = 0
for (const file of (folders.length ? folders : ['src']).flatMap((folder) => sources(join(root, folder)))) {
  const found = messages(file)
  count += found.length
  if (found.length) console.log(relative(root, file))
  for (const { line, text } of found) console.log(`  ${line}: ${text}`)
}
console.log(`\n${count} messages`)
