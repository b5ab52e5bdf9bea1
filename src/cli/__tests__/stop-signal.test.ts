import { stopSignal } from '../stop-signal'

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

let exit: jest.SpyInstance
const listeners = new Map<string | symbol, (signal: NodeJS.Signals) => void>()
beforeEach(() => {
  exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  jest.spyOn(process, 'on').mockImplementation((signal, listener) => {
    listeners.set(signal, listener)
    return process
  })
})

function signalAt(ms: number, signal: NodeJS.Signals): void {
  jest.spyOn(Date, 'now').mockReturnValue(1_000_000 + ms)
  listeners.get(signal)?.(signal)
}

describe('stopSignal', () => {
  it.each(SIGNALS)('resolves with the first signal: %s', async (signal) => {
    const stopped = stopSignal()
    signalAt(0, signal)
    signalAt(1, 'SIGTERM')
    expect(await stopped).toBe(signal)
    expect(exit).not.toHaveBeenCalled()
  })

  it.each(SIGNALS)('takes Ctrl-C within half a second of %s for the same one, and a later one for another', (first) => {
    void stopSignal()
    signalAt(0, first)
    for (const ms of [0, 1, 499, 500]) signalAt(ms, 'SIGINT')
    expect(exit).not.toHaveBeenCalled()
    signalAt(501, 'SIGINT')
    expect(exit.mock.calls).toStrictEqual([[130]])
  })

  it('keeps stopping when it is asked again to stop, however late', () => {
    void stopSignal()
    signalAt(0, 'SIGTERM')
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) signalAt(60_000, signal)
    expect(exit).not.toHaveBeenCalled()
  })
})
