/** A terminal that was closed, or a full disk behind it, must not end a server before it has delivered what it accepted. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // oclif's own listener throws.
    stream.removeAllListeners('error')
    stream.on('error', () => undefined)
  }
}
