/** `rondo doctor`: what of this checkout could stand in the way, and what to do about it. Looks only. */
import { RondoError } from '../errors.ts';
import type { DoctorDocument } from '../model/documents.ts';
import { taskStatusOf } from '../model/plan.ts';
import type { TaskStatus } from '../model/status.ts';
import type { Stray } from '../plan/seen.ts';
import { isGone, strayProblem } from '../plan/strays.ts';
import type { Lingering, Outside, RepoFacts } from '../ports.ts';
import { checkPlans } from '../review/check-plans.ts';
import { findPlans } from '../round/find-plans.ts';
import { findStrays } from '../round/find-strays.ts';
import { lingeringProblem } from '../round/lingering.ts';
import { checkWorktrees } from './doctor-worktrees.ts';
import { viewPlan } from './read-only.ts';
import { listCommands } from './trust.ts';

type Check = DoctorDocument['checks'][number];

/** The oldest git whose plumbing Rondo relies on. */
const OLDEST_GIT = [2, 36] as const;
/** Since when `git merge-tree` merges; before, a worktree is made for it. */
const MERGE_GIT = [2, 38] as const;
/** A git lock older than this is no command under way. */
const OLD_LOCK_MS = 60_000;

export async function diagnose(outside: Outside): Promise<DoctorDocument> {
  const facts = await outside.repo.facts();
  const checks: Check[] = [
    gitVersion(facts),
    identity(outside),
    where(outside, facts),
    operation(facts),
    ...gitLocks(facts),
    roundLock(outside),
    fileSystem(outside),
  ];
  const underWay = await attemptsOf(outside, ['in_progress']);
  checks.push(await plans(outside), await trust(outside), ...(await workers(outside, underWay)));
  checks.push(...checkWorktrees(outside, await attemptsOf(outside, ['in_progress', 'blocked'])));
  return { checks };
}

function check(name: string, state: Check['state'], message: string, hint: string | null = null): Check {
  return { name, state, message, hint };
}

function gitVersion(facts: RepoFacts): Check {
  return isOlder(facts, OLDEST_GIT)
    ? check(
        'git',
        'error',
        `git ${facts.gitVersion} is older than ${OLDEST_GIT.join('.')}`,
        'Install a newer git.',
      )
    : check(
        'git',
        'ok',
        `git ${facts.gitVersion}${isOlder(facts, MERGE_GIT) ? `; from ${MERGE_GIT.join('.')} on, worktrees are merged without a checkout of their own` : ''}`,
      );
}

function isOlder({ gitVersion }: RepoFacts, than: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = gitVersion.split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}

function identity({ repo }: Outside): Check {
  try {
    const { name, email } = repo.identity();
    return check('identity', 'ok', `${name} <${email}>`);
  } catch (error) {
    return failed('identity', error);
  }
}

function where(outside: Outside, facts: RepoFacts): Check {
  const kind = [
    facts.linkedWorktree ? 'linked worktree' : 'clone',
    ...(facts.shallow ? ['shallow'] : []),
  ].join(', ');
  return check('machine', 'ok', `${outside.local.machine()} (${kind} at ${outside.repo.root})`);
}

function operation(facts: RepoFacts): Check {
  return facts.operation === null
    ? check('operation', 'ok', 'no merge, rebase or bisect under way')
    : check('operation', 'warning', `${facts.operation} is under way, so rounds wait`, 'Finish or abort it.');
}

function gitLocks(facts: RepoFacts): readonly Check[] {
  if (facts.locks.length === 0) return [check('git locks', 'ok', 'none')];
  return facts.locks.map(({ file, ageMs }) =>
    ageMs < OLD_LOCK_MS
      ? check('git locks', 'ok', `${file}, a git command is at work`)
      : check(
          'git locks',
          'warning',
          `${file} is ${Math.round(ageMs / 1000)} s old`,
          `If no git command runs here, remove it: rm ${file}`,
        ),
  );
}

function roundLock({ local }: Outside): Check {
  const holder = local.lockHolder();
  if (holder === null) return check('round lock', 'ok', 'free');
  return holder.alive
    ? check('round lock', 'ok', `held by process ${holder.pid} (${holder.command})`)
    : check(
        'round lock',
        'warning',
        `left behind by process ${holder.pid}, which no longer lives`,
        'The next round removes it.',
      );
}

/** Whether files can be written where rounds write them, found by writing one. */
function fileSystem({ repo, local }: Outside): Check {
  try {
    local.lock(2_000).release();
    return check('file system', 'ok', `${repo.gitDir} can be written`);
  } catch (error) {
    return failed('file system', error);
  }
}

async function plans(outside: Outside): Promise<Check> {
  const { files, problems } = await checkPlans(outside);
  const errors = problems.filter((p) => p.severity === 'error').length;
  const warnings = problems.filter((p) => p.severity === 'warning').length;
  if (errors > 0)
    return check(
      'plans',
      'error',
      `${counted(errors, 'error')} in ${counted(files.length, 'file')}`,
      'See `rondo check`.',
    );
  return check(
    'plans',
    warnings > 0 ? 'warning' : 'ok',
    `${counted(files.length, 'file')}, ${counted(warnings, 'warning')}`,
    warnings > 0 ? 'See `rondo check`.' : null,
  );
}

async function trust(outside: Outside): Promise<Check> {
  try {
    const { commands } = await listCommands(outside);
    const open = commands.filter((c) => !c.approved).length;
    return open === 0
      ? check('trust', 'ok', `${counted(commands.length, 'command')}, all approved here`)
      : check(
          'trust',
          'warning',
          `${open} of ${counted(commands.length, 'command')} not approved here`,
          'Look at them and approve them: rondo trust',
        );
  } catch (error) {
    return failed('trust', error);
  }
}

/** The attempts of tasks in these statuses, as `plan/task/attempt`; a broken plan says nothing. */
async function attemptsOf(outside: Outside, statuses: readonly TaskStatus[]): Promise<ReadonlySet<string>> {
  const wanted = new Set<string>();
  const { plans: found } = await findPlans(outside);
  for (const target of found) {
    try {
      const { plan } = await viewPlan(outside, target);
      for (const task of plan.tasks)
        if (statuses.includes(taskStatusOf(task)))
          wanted.add(`${target.name}/${task.id}/${task.fields.attempt?.number}`);
    } catch (error) {
      if (!(error instanceof RondoError)) throw error;
    }
  }
  return wanted;
}

/** Workers that live although no plan of this checkout waits for them. */
async function workers(outside: Outside, wanted: ReadonlySet<string>): Promise<readonly Check[]> {
  const alive = outside.workers.alive();
  if (alive.length === 0) return [check('workers', 'ok', 'none running')];
  const { plans: found } = await findPlans(outside);
  const strays = new Map((await findStrays(outside, alive, null)).map((stray) => [stray.pid, stray]));
  const lingering = new Map(outside.workers.lingering().map((run) => [nameOf(run), run]));
  return alive.map((run) => {
    const name = nameOf(run);
    const stray = strays.get(run.pid);
    if (stray !== undefined) return strayCheck(stray, found[0]?.name);
    const rest = lingering.get(name);
    if (rest !== undefined) return lingeringCheck(rest);
    return wanted.has(name) || run.task.startsWith('+')
      ? check('workers', 'ok', `${name} runs as process ${run.pid}`)
      : check(
          'workers',
          'warning',
          `${name} runs as process ${run.pid}, and no plan waits for it`,
          `The next round stops it: rondo round ${run.plan}`,
        );
  });
}

function nameOf({ plan, task, attempt }: Pick<Lingering, 'plan' | 'task' | 'attempt'>): string {
  return `${plan}/${task}/${attempt}`;
}

function lingeringCheck(run: Lingering): Check {
  const { message, hint } = lingeringProblem(run);
  return check('workers', 'warning', message, hint);
}

/** A worker of a plan that is not in the work tree: under another name, on another branch, or gone. */
function strayCheck(stray: Stray, anyPlan: string | undefined): Check {
  const { message, hint } = strayProblem(stray);
  if (!isGone(stray)) return check('workers', stray.where === 'elsewhere' ? 'ok' : 'warning', message, hint);
  const way =
    anyPlan === undefined ? `Stop it: kill ${stray.pid}` : `The next round stops it: rondo round ${anyPlan}`;
  return check('workers', 'warning', message, way);
}

function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof RondoError)) throw error;
  return check(name, 'error', error.message, error.problems[0]?.hint ?? null);
}
