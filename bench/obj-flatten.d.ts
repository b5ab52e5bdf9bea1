declare module 'obj-flatten' {
  function flattenObject(object: Record<string, unknown>, delimiter?: string): Record<string, unknown>
  export = flattenObject
}
