import isPlainObject from 'lodash/isPlainObject'

/** Tells an object of JSON from a list and from null. lodash's own declaration narrows nothing. */
export const isJsonObject = isPlainObject as (value: unknown) => value is Record<string, unknown>
