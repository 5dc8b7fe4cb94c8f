import { fail, problem, RondoError } from '../../errors.ts';
import { planStatus } from '../../query/status.ts';
import { splitTaskName } from '../../round/find-plans.ts';
import { loadSettings } from '../../round/load-settings.ts';
import { runRound } from '../../round/run-round.ts';
import { beginStep, endStep, renewStep, type TrackedStep } from '../../round/track-step.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { type Host, isDisabled } from '../host.ts';
import { openSession, type Session } from '../session.ts';

export function register(cli: Cli): void {
  cli
    .command('step')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .argument('<command...>', 'the command with its words, after --')
    .option('--skip-completed', 'do not run the command where the task is completed already')
    .option('--add <title>', 'add the task where the plan has none of that id')
    .addHelpText('after', NOTE)
    .action((task, words, options) => {
      const flags = cli.flags();
      if (flags.json)
        fail('usage', '--json cannot be combined with step', {
          hint: 'Its standard output is that of the command; see `rondo status --json`.',
        });
      return cli.exitWith(() => runStep(cli, task, words, options));
    });
}

const NOTE = `
The command runs as if it were called without Rondo: the same streams, folder, environment, signals and exit code. Its end
completes the task or makes it fail; the plan keeps the command as evidence, so secrets belong into the environment. Where
the step cannot be tracked, a warning says why, and the command runs all the same.`;

interface Options {
  readonly skipCompleted?: true;
  readonly add?: string;
}

async function runStep(cli: Cli, typed: string, words: readonly string[], options: Options): Promise<number> {
  const { host } = cli;
  const session = isDisabled(host) ? undefined : await openTracking(cli);
  if (session !== undefined && options.skipCompleted === true && (await isCompleted(session, typed)))
    return 0;
  const tracking = session === undefined ? undefined : new Tracking(session);
  await tracking?.begin(typed, words.map(shown).join(' '), options.add);
  const ended = await host.attach(words);
  if (ended.notStarted !== null) host.stderr.write(`${host.name}: ${ended.notStarted}\n`);
  await tracking?.end(ended);
  return ended.end();
}

/** A git that hangs holds up no command. */
const GIT_MS = 5000;

/** Undefined where steps are not tracked here, by the settings or because something is in the way. */
async function openTracking(cli: Cli): Promise<Session | undefined> {
  return await orWarning(cli.host, 'tracked', async () => {
    // Nothing that a round takes up on the way counts as approved by this call.
    const session = await openSession(cli.host, cli.flags(), 'never', { commandTimeoutMs: GIT_MS });
    const { settings } = await loadSettings(session.outside);
    return settings.task_tracking.enabled ? session : undefined;
  });
}

async function isCompleted(session: Session, typed: string): Promise<boolean> {
  const completed = await orWarning(session.host, 'looked up', async () => {
    const { target, task } = await chosenTask(session, typed);
    const { tasks } = await planStatus(session.outside, target);
    return tasks.find((each) => each.id === task)?.status === 'completed';
  });
  if (completed === true) session.note(`${typed} is completed already: skipped`);
  return completed ?? (await isCompletedByLedger(session, typed));
}

/** The plan cannot be read: what the ledger says of the step is all there is. */
async function isCompletedByLedger(session: Session, typed: string): Promise<boolean> {
  const found = await orWarning(session.host, 'looked up', async () => {
    const { ledgerReceipt } = await import('../../query/show-ledger.ts');
    return await ledgerReceipt(session.outside, splitTaskName(typed).task);
  });
  if (found === undefined) return false;
  session.note(`${typed} is completed by the ledger ${found.file}, though the plan cannot be read: skipped`);
  return true;
}

class Tracking {
  readonly #session: Session;
  #step: TrackedStep | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async begin(typed: string, command: string, title: string | undefined): Promise<void> {
    const { outside, host } = this.#session;
    this.#step = await orWarning(host, 'tracked', async () => {
      const { target, task } = await chosenTask(this.#session, typed);
      try {
        return await beginStep(outside, target, task, command);
      } catch (error) {
        const isNew = error instanceof RondoError && error.code === 'unknown-task' && title !== undefined;
        if (!isNew) throw error;
        await runRound(outside, target, { kind: 'add', id: task, title, fields: {}, brief: '' });
        return await beginStep(outside, target, task, command);
      }
    });
    this.#renewInTime();
  }

  async end(end: { readonly exitCode: number | null; readonly signal: string | null }): Promise<void> {
    clearTimeout(this.#renewal);
    const step = this.#step;
    if (step === undefined) return;
    const { outside, host } = this.#session;
    await orWarning(host, 'recorded', () => endStep(outside, step, end));
  }

  /** A step may take longer than its lease, and nobody else may be there to extend it. */
  #renewInTime(): void {
    const step = this.#step;
    if (step === undefined || step.leaseUntil === null) return;
    const { outside, host } = this.#session;
    const due = (step.leaseUntil - outside.clock.now()) * RENEW_AT;
    const renew = async () => {
      this.#step = (await orWarning(host, 'renewed', () => renewStep(outside, step))) ?? step;
      this.#renewInTime();
    };
    this.#renewal = setTimeout(renew, Math.min(Math.max(due, SOONEST_MS), LONGEST_MS));
    this.#renewal.unref();
  }
}

/** Whatever fails in tracking is a warning on standard error, and the answer then is undefined. */
async function orWarning<T>(host: Host, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof RondoError ? error : internal(error);
    if (known.code !== 'disabled') await warn(host, known, what);
    return undefined;
  }
}

async function warn(host: Host, error: RondoError, what: string): Promise<void> {
  const [{ printError }, { loadStyle }] = await Promise.all([
    import('../print/print-error.ts'),
    import('../print/style.ts'),
  ]);
  const warnings = error.problems.map((p, i) => ({
    ...p,
    severity: 'warning' as const,
    message: i === 0 ? `${p.message} (the step is not ${what})` : p.message,
  }));
  host.stderr.write(printError(new RondoError(warnings), await loadStyle(host, host.stderr)));
}

/** A lease is extended in its last sixth. */
const RENEW_AT = 7 / 8;
const SOONEST_MS = 1000;
const LONGEST_MS = 2 ** 31 - 1;

function internal(error: unknown): RondoError {
  return new RondoError(problem('internal', error instanceof Error ? error.message : String(error)), {
    cause: error,
  });
}

/** A word as it would be typed. */
function shown(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
