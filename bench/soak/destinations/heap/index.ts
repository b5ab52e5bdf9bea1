import heap from '../../../../src/destinations/heap'
import { HEAP_ORIGINS } from '../../../../src/destinations/heap/heap-api'
import { redirectRequests } from '../../../../src/segment/redirect'

const url = process.env.SOAK_HEAP_URL ?? ''

/** The destination as it is, its requests redirected to an emulator in another process. */
export default redirectRequests(heap, { [HEAP_ORIGINS.US]: url, [HEAP_ORIGINS.EU]: `${url}/eu` })
