/** What a shell says of a process that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130

/** Done, but some lines were refused for good. */
export const EXIT_WITH_REJECTIONS = 2

/** Two sides that were compared differ. */
export const EXIT_DIFFERENT = 3
