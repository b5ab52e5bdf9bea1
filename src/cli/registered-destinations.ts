import { join } from 'node:path'
import { destinations } from '../index'
import { OWN_DESTINATIONS } from '../segment/load-definition'

/** The folders of all destinations registered, of the sources or of the build, whichever runs. */
export const registeredFolders: string[] = Object.keys(destinations).map((name) => join(OWN_DESTINATIONS, name))
