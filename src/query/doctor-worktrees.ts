/** What `doctor` says of the worktrees and branches of attempts: which are at work, merged, or forgotten. */
import type { DoctorDocument } from '../model/documents.ts';
import type { Outside, WorkFact } from '../ports.ts';

type Check = DoctorDocument['checks'][number];

/** `wanted` are the attempts of tasks that are under way or blocked, as `plan/task/attempt`. One line for what is merged, one for each other. */
export function checkWorktrees({ repo }: Outside, wanted: ReadonlySet<string>): readonly Check[] {
  const facts = repo.worktrees.list();
  if (facts.length === 0)
    return [{ name: 'worktrees', state: 'ok', message: 'none of attempts', hint: null }];
  const atWork = facts.filter((fact) => wanted.has(nameOf(fact)));
  const over = facts.filter((fact) => !wanted.has(nameOf(fact)));
  const merged = over.filter((fact) => fact.merged && !fact.dirty);
  return [
    ...atWork.map((fact) => line('ok', `${nameOf(fact)} is on ${fact.branch}`, null)),
    ...plansOf(merged).map((plan) => mergedOf(plan, merged)),
    ...over.filter((fact) => !merged.includes(fact)).map(unmerged),
  ];
}

function plansOf(facts: readonly WorkFact[]): readonly string[] {
  return [...new Set(facts.map((fact) => fact.plan))];
}

function mergedOf(plan: string, merged: readonly WorkFact[]): Check {
  const n = merged.filter((fact) => fact.plan === plan).length;
  const what =
    n === 1
      ? '1 attempt is merged and has its branch still'
      : `${n} attempts are merged and have their branches still`;
  return line('ok', `${plan}: ${what}`, `Remove them: rondo clean ${plan}`);
}

function unmerged(fact: WorkFact): Check {
  const { branch, path, dirty } = fact;
  const what = dirty ? 'has changes that are not committed' : 'has work that is not merged';
  const where = path === null ? '' : `, in ${path}`;
  const remove =
    path === null
      ? `git branch -D ${branch}`
      : `git worktree remove --force ${path} && git branch -D ${branch}`;
  return line(
    'warning',
    `${nameOf(fact)} is over, and its branch ${branch} ${what}${where}`,
    `Look at it (git log ${branch}); merge what is wanted, or remove it: ${remove}`,
  );
}

function nameOf({ plan, task, attempt }: WorkFact): string {
  return `${plan}/${task}/${attempt}`;
}

function line(state: Check['state'], message: string, hint: string | null): Check {
  return { name: 'worktrees', state, message, hint };
}
