/** Attempts that work in a worktree of their own: the names of their branches, and where their work goes. */
import type { Attempt } from '../model/fields.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Isolation, LandedWork } from '../ports.ts';
import type { Route } from './routing.ts';
import type { Seen } from './seen.ts';

/** The branch of an attempt. */
export function workBranch(plan: string, task: string, attempt: number): string {
  return `rondo/work/${plan}/${task}/${attempt}`;
}

/** The branch on which the work of a plan comes together. */
export function integrationBranch(plan: string): string {
  return `rondo/merged/${plan}`;
}

/** Whether what takes this route works in a worktree of its own. */
export function isIsolated(route: Route, settings: Settings): boolean {
  return (
    route.kind === 'command' &&
    route.specialist !== null &&
    settings.specialists[route.specialist]?.isolation === 'worktree'
  );
}

/** Where an attempt works and where its work goes, as the commit that announced it says; undefined where it works in the checkout. */
export function isolationOf(
  seen: Pick<Seen, 'ref' | 'settings'> & { readonly plan: Pick<Plan, 'name' | 'file'> },
  { id }: Pick<Task, 'id'>,
  attempt: Pick<Attempt, 'number' | 'branch'> | undefined,
): Isolation | undefined {
  const { plan, ref, settings } = seen;
  // What a person wrote there instead is no branch that Rondo would commit to.
  if (attempt?.branch === undefined || !isBranchOf(attempt.branch, id, attempt.number)) return undefined;
  const { ledger, ledger_path } = settings.task_tracking;
  return {
    branch: attempt.branch,
    into: settings.merge === 'pr' ? null : integrationBranch(plan.name),
    ref,
    planFile: plan.file,
    ...(ledger ? { ledger: ledger_path } : {}),
  };
}

/** What completed tasks did apart, by the commit of their evidence: another clone made it, or the branch it was merged into is gone. */
export function landedWork(tasks: readonly Task[]): { readonly landed?: readonly LandedWork[] } {
  const landed = tasks.flatMap((task) => {
    const { attempt, result } = task.fields;
    if (taskStatusOf(task) !== 'completed' || attempt?.branch === undefined) return [];
    const commit = result?.evidence?.findLast((each) => each.commit !== undefined)?.commit ?? '';
    return /^[0-9a-f]{7,64}$/.test(commit) ? [{ task: task.id, commit }] : [];
  });
  return landed.length === 0 ? {} : { landed };
}

/** The commit that a task's evidence is of: the newest of its own branch, where it has one, else what is checked out. */
export function workCommit(seen: Pick<Seen, 'work' | 'head'>, { id }: Pick<Task, 'id'>): string | null {
  const work = seen.work[id];
  return work?.kind === 'collected' && work.tip !== '' ? work.tip : seen.head;
}

/** What a worker is told of where it works. */
export function placeLines({ branch, planFile }: Isolation): string {
  return `
## Where you work

- In a worktree of your own, on the branch \`${branch}\`. Commit as you like; what you leave uncommitted is committed for you.
- What you change in \`${planFile}\` there counts for nothing: report by \`rondo done\`, or by the result file.
`;
}

/** Who works in the checkout is told where the work is that it builds on and does not find there; '' where there is none. */
export function mergedLines(seen: Pick<Seen, 'plan' | 'settings'>, blockers: readonly Task[]): string {
  const apart = blockers.flatMap(({ id, fields: { attempt } }) =>
    attempt?.branch === undefined ? [] : [{ id, branch: attempt.branch }],
  );
  if (apart.length === 0) return '';
  const into = seen.settings.merge === 'pr' ? undefined : integrationBranch(seen.plan.name);
  const lines = apart.map(({ id, branch }) => `- ${id}: on the branch \`${into ?? branch}\``);
  return `\n## Where its work is\n\nNot in this checkout, unless somebody merged it here:\n\n${lines.join('\n')}\n`;
}

/** Of whichever plan: it may have been given another name since. */
function isBranchOf(branch: string, task: string, attempt: number): boolean {
  const [rondo, work, plan = '', ...rest] = branch.split('/');
  return (
    rondo === 'rondo' &&
    work === 'work' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plan) &&
    rest.join('/') === `${task}/${attempt}`
  );
}
