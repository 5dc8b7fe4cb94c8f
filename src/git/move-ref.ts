/** Moves branches that belong to Rondo by compare-and-swap; never one that somebody has checked out. */
import { fail } from '../errors.ts';
import { type Ground, waitWhile } from './ground.ts';
import { readRef } from './refs.ts';
import { failedCall } from './run-git.ts';

/** Whether the ref went from one commit (null: not there) to the other; false where somebody else moved it. */
export function moveRef(ground: Ground, ref: string, to: string, from: string | null, why: string): boolean {
  const call = [
    'update-ref',
    '--create-reflog',
    '-m',
    `rondo: ${why}`,
    '--no-deref',
    ref,
    to,
    from ?? '0'.repeat(to.length),
  ];
  const stuck = waitWhile(ground.waitMs, () => {
    const result = ground.git.run(call, { durable: true });
    if (result.code === 0 || readRef(ground, ref) !== from) return undefined;
    return /\.lock/.test(result.stderr) ? result : failedCall(call, result);
  });
  if (stuck !== undefined) return failedCall(call, stuck);
  return readRef(ground, ref) === to;
}

/** Removes a ref that still names this commit. */
export function removeRef(ground: Ground, ref: string, from: string): void {
  ground.git.ask(['update-ref', '--no-deref', '-d', ref, from], { durable: true });
}

/** Where each branch is checked out, by full ref. */
export function checkedOut(ground: Ground): ReadonlyMap<string, string> {
  const listed = ground.git.ask(['worktree', 'list', '--porcelain', '-z']).split('\0\0');
  const places = new Map<string, string>();
  for (const record of listed) {
    const lines = record.split('\0');
    const path = lines.find((line) => line.startsWith('worktree '))?.slice(9);
    const ref = lines.find((line) => line.startsWith('branch '))?.slice(7);
    if (path !== undefined && ref !== undefined) places.set(ref, path);
  }
  return places;
}

/** The newest commit of the plan's branch; an attempt starts after a round has committed there. */
export function planTip(ground: Ground, ref: string): string {
  return readRef(ground, ref) ?? fail('git-failed', `${ref} is not there`);
}
