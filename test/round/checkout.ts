/** Checkouts for tests of whole rounds: real git, real workers, real processes. */
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { RoundDocument } from '../../src/model/documents.ts';
import { openOutside } from '../../src/open-outside.ts';
import type { Request } from '../../src/plan/request.ts';
import type { Outside } from '../../src/ports.ts';
import { runRound } from '../../src/round/run-round.ts';
import { type GitSandbox, gitSandbox, sandboxAt } from '../support/git-sandbox.ts';

export const FILE = 'docs/demo-state.md';
export const TARGET = { name: 'demo', file: FILE };
export const TICK: Request = { kind: 'tick', takeOver: false, recheck: false };

const WRAPPER = join(import.meta.dirname, '../../dist/wrapper.cjs');

export interface Checkout extends GitSandbox {
  readonly outside: Outside;
  /** A fresh look by another process's eyes: nothing of the first one's memory. */
  reopen(options?: { readonly trustAll?: boolean }): Outside;
  round(request?: Request): Promise<RoundDocument>;
  plan(): string;
  committed(): string;
}

/** A repository with a plan `demo` of these task sections, committed. */
export function newCheckout(
  tasks: string,
  options: { readonly trustAll?: boolean; readonly head?: string; readonly criteria?: string } = {},
): Checkout {
  const sandbox = gitSandbox();
  const criteria = options.criteria === undefined ? '' : `## Success criteria\n\n${options.criteria}\n`;
  sandbox.write(
    FILE,
    `---\nrondo: 1\ngoal: Test\n${options.head ?? ''}---\n\n# Demo\n\n${criteria}## Tasks\n\n${tasks}`,
  );
  sandbox.commitAll('plan');
  return checkoutAt(sandbox, options.trustAll ?? true);
}

export function checkoutAt(sandbox: GitSandbox, trustAll: boolean): Checkout {
  const reopen = (more: { readonly trustAll?: boolean } = {}) =>
    openOutside(sandbox.dir, { env: sandbox.env, trustAll: more.trustAll ?? trustAll, wrapper: WRAPPER });
  const outside = reopen();
  return {
    ...sandbox,
    outside,
    reopen,
    round: async (request = TICK) => (await runRound(outside, TARGET, request)).document,
    plan: () => sandbox.read(FILE),
    committed: () => sandbox.git('show', `HEAD:${FILE}`),
  };
}

/** Another clone of the same repository, as on another machine. */
export function cloneOf(checkout: Checkout, name: string): Checkout {
  const dir = join(checkout.base, name);
  checkout.git('clone', '-q', checkout.dir, dir);
  return checkoutAt(sandboxAt(checkout.base, dir, checkout.env), true);
}

/** Ends once the wrapper of an attempt has written how it ended. */
export async function untilEnded(checkout: Checkout, task: string, attempt: number): Promise<void> {
  const dir = checkout.outside.workers.directory('demo', task, attempt);
  await untilFile(dir, 'exit.json');
}

/** Ends once a file is in a folder; no time is guessed. */
export async function untilFile(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  await new Promise<void>((resolve) => {
    const watcher = watch(dir, () => {
      if (existsSync(path)) finish();
    });
    const finish = () => {
      watcher.close();
      resolve();
    };
    if (existsSync(path)) finish();
  });
  return readFileSync(path, 'utf8');
}

export function stepsOf(document: RoundDocument): readonly string[] {
  return document.changes
    .filter((change) => change.kind === 'task-status')
    .map((change) => `${change.task} ${String(change.from)} -> ${String(change.to)}`);
}

export function codesOf(document: RoundDocument): readonly string[] {
  return document.problems.map((problem) => problem.code);
}
