import { flatten } from '../../../lib/flatten'

/** How many characters of a long text both destinations keep. */
export const KEPT_CHARACTERS = String(flatten({ text: 'x'.repeat(100_000) }).text).length.toLocaleString('en-US')
