/** ID of the list from which paths complete. */
export const PATHS = 'paths-of-the-event'
