// A path that begins with / is the store's; people mean their own disk at times. Then the error says so.
import { existsSync } from 'node:fs';
import type { ErrorEvent, RunEvent } from './events.js';

/** The event, or for a store path that is missing there but lies on this machine's disk, one that tells it. */
export function explainLocalPath(event: RunEvent, exists: (path: string) => boolean = existsSync): RunEvent {
  if (event.event !== 'error' || event.code !== 'MLSQL_STORE_NOT_FOUND' || event.path === undefined)
    return event;
  if (!event.path.startsWith('/') || !exists(event.path)) return event;
  return {
    ...event,
    message: `${event.message}, but it lies on this machine's disk`,
    hint: `write file://${event.path} to have it uploaded, or put it into the store: mlsql fs put ${event.path} ${event.path}`,
  } satisfies ErrorEvent;
}
