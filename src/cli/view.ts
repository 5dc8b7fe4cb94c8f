/** What a printer needs to know of where it prints. */
import type { StatusOptions } from './print/print-status.ts';
import type { Session } from './session.ts';

export function viewOf({ style, columns, outside }: Session): StatusOptions {
  return { style, columns, now: outside.clock.now() };
}
