import { join } from 'node:path'
import { destinations } from '../index'
import { OWN_DESTINATIONS } from '../segment/load-definition'

/** The folders of all destinations registered, sources in a checkout and the build in an installed package. */
export const registeredFolders: string[] = Object.keys(destinations).map((name) => join(OWN_DESTINATIONS, name))
