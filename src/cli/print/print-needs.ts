/** What somebody must do before something goes on, a line each, with the command to type. */
import type { NeedDocument } from '../../model/documents.ts';
import { inertLine } from './inert.ts';
import { dueTime } from './time.ts';

/** More than these are counted: `rondo next` has them all. */
const MOST = 5;

/** The lines of the first few needs, and how many more there are. What is not approved is one line, for one command approves it. */
export function needLines(needs: readonly NeedDocument[], now: number): readonly string[] {
  const untrusted = needs.filter((need) => need.kind === 'trust');
  const others = needs.filter((need) => need.kind !== 'trust');
  const lines = [
    ...(untrusted.length === 0 ? [] : [trustLine(untrusted)]),
    ...others.slice(0, MOST).map((need) => needLine(need, now)),
  ];
  return others.length <= MOST ? lines : [...lines, `and ${others.length - MOST} more: rondo next`];
}

function trustLine(needs: readonly NeedDocument[]): string {
  const names = needs.slice(0, 3).map((need) => inertLine(need.task));
  const more = needs.length > 3 ? ` and ${needs.length - 3} more` : '';
  const what = needs.length === 1 ? 'waits for its command' : 'wait for their commands';
  return `${names.join(', ')}${more} ${what} to be approved here: rondo trust`;
}

function needLine({ kind, task, who, since, until, command }: NeedDocument, now: number) {
  const id = inertLine(task);
  const run = inertLine(command);
  const name = inertLine(who ?? 'a person');
  const due = (word: string, time: string | null) => (time === null ? '' : `, ${word} ${dueTime(time, now)}`);
  switch (kind) {
    case 'trust':
      return `${id} waits for its command to be approved here: ${run}`;
    case 'approval':
      return `${id} awaits approval: ${run}`;
    case 'claim':
      return `${id} waits for ${name} to claim it: ${run}`;
    case 'report':
      return `${id} is with ${name}${due('since', since)}${due('until', until)}: ${run}`;
    case 'machine':
      return `${id} is on ${name}${due('since', since)}${due('until', until)}; to take it over: ${run}`;
  }
}

/** What `next_action` does not say already. What is not approved comes as a problem, wherever it holds something up. */
export function unsaidNeeds(
  needs: readonly NeedDocument[],
  nextAction: string | null,
): readonly NeedDocument[] {
  const said = nextAction ?? '';
  return needs.filter(
    ({ kind }) =>
      kind === 'machine' ||
      (kind === 'approval' && !said.startsWith('rondo approve ')) ||
      (kind === 'claim' && !said.startsWith('claim ')),
  );
}
