/** What stands in a task's way: recorded, so that the task moves on only when it is gone. */
import type { Blocker } from '../model/fields.ts';
import { formatTime } from '../model/time.ts';
import type { Draft } from './draft.ts';
import { inline } from './inline.ts';
import type { Seen } from './seen.ts';

/** Blocks a task from now on. Its detail may be text from outside; what was in its way before is forgotten. */
export function markBlocked(
  draft: Draft,
  seen: Seen,
  id: string,
  { type, detail }: { readonly type: Blocker['type']; readonly detail: string | undefined },
  reason: string,
): void {
  const what = detail === undefined ? {} : { detail: inline(detail, 500) };
  draft.step(id, 'blocked', reason);
  draft.set(id, 'blocker', { type, ...what, since: formatTime(seen.now) }, reason);
}
