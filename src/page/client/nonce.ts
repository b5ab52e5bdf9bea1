/** A style sheet written at run time is let in by the nonce that came with the page. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
