/** Signs round commits for those who ask for it (`commit: {sign: true}`), within a time limit. */
import { fail } from '../errors.ts';
import type { Ground } from './ground.ts';
import type { GitResult } from './run-git.ts';

/** Makes a signed commit and returns its id; throws `hook-refused` where the signing program fails or hangs. */
export function signCommit(
  { git }: Ground,
  tree: string,
  tip: string | null,
  message: string,
  timeoutMs: number,
): string {
  const result = git.run(['commit-tree', '-S', ...(tip === null ? [] : ['-p', tip]), tree], {
    input: message,
    timeoutMs,
    durable: true,
  });
  checkEnded('signing', result);
  return result.stdout.toString('latin1').trim();
}

/** Throws `hook-refused` where a program of the user's failed or did not end in time. */
export function checkEnded(name: string, result: GitResult): void {
  if (result.timedOut) refused(name, 'it did not end in time and was stopped');
  if (result.code !== 0)
    refused(name, result.stderr.trim().slice(-2000) || `it ended with ${result.code ?? 'a signal'}`);
}

/** Throws `hook-refused`. */
export function refused(name: string, why: string): never {
  return fail('hook-refused', `${name}: ${why}`);
}
