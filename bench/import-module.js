// Not TypeScript: compiled to CommonJS, import() would become a require(), which ESM-only packages refuse.
exports.importModule = (specifier) => import(specifier)
