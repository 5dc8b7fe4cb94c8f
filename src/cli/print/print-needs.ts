/** What somebody must do before something goes on, a line each, with the command to type. */
import type { NeedDocument } from '../../model/documents.ts';
import { inertLine } from './inert.ts';
import { dueTime } from './time.ts';
import { some } from './words.ts';

/** More than these are counted: `rondo next` has them all. */
const MOST = 5;

/** The lines of the first few needs, and how many more there are. Those to approve here, and those to claim, are one line each. */
export function needLines(needs: readonly NeedDocument[], now: number): readonly string[] {
  const untrusted = needs.filter((need) => need.kind === 'trust');
  const toClaim = needs.filter((need) => need.kind === 'claim');
  const others = needs.filter((need) => need.kind !== 'trust' && need.kind !== 'claim');
  return [
    ...together(untrusted, 'wait for their commands to be approved here', now),
    ...others.slice(0, MOST).map((need) => needLine(need, now)),
    ...together(toClaim, 'wait for people to claim them', now),
    ...(others.length <= MOST ? [] : [`and ${others.length - MOST} more: rondo next`]),
  ];
}

function together(needs: readonly NeedDocument[], what: string, now: number): readonly string[] {
  const [first] = needs;
  if (first === undefined) return [];
  if (needs.length === 1) return [needLine(first, now)];
  const names = some(
    needs.map((need) => inertLine(need.task)),
    3,
  );
  return [`${names} ${what}: ${inertLine(first.command)}`];
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
