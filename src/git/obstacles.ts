/** Why no round may commit here now: what git has under way, and what it leaves aside. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problem } from '../errors.ts';
import { fileAtTip } from './file-at-tip.ts';
import type { Ground } from './ground.ts';
import { readIndex } from './index-file.ts';
import { readHead } from './refs.ts';

/** Each with the file that git keeps while it lasts, and the command that ends it. */
const OPERATIONS: readonly (readonly [file: string, name: string, way: string])[] = [
  ['MERGE_HEAD', 'merge', '`git commit` or `git merge --abort`'],
  ['rebase-merge', 'rebase', '`git rebase --continue` or `git rebase --abort`'],
  ['rebase-apply/applying', 'am', '`git am --continue` or `git am --abort`'],
  ['rebase-apply', 'rebase', '`git rebase --continue` or `git rebase --abort`'],
  ['CHERRY_PICK_HEAD', 'cherry-pick', '`git cherry-pick --continue` or `git cherry-pick --abort`'],
  ['REVERT_HEAD', 'revert', '`git revert --continue` or `git revert --abort`'],
  ['sequencer', 'sequence of picks', '`git cherry-pick --continue` or `git cherry-pick --abort`'],
  ['BISECT_START', 'bisect', '`git bisect reset`'],
];

/** The operation of git that is under way in this work tree; undefined where there is none. */
export function operationUnderWay({
  gitDir,
}: Ground): { readonly name: string; readonly way: string } | undefined {
  const found = OPERATIONS.find(([file]) => existsSync(join(gitDir, file)));
  return found === undefined ? undefined : { name: found[1], way: found[2] };
}

/** What attempts work on, and what their work is merged into. */
const OWN_BRANCH = /^refs\/heads\/rondo\/(work|merged)\//;

/** Undefined where a round may commit this file. */
export function findObstacle(ground: Ground, file: string): Problem | undefined {
  const operation = operationUnderWay(ground);
  if (operation !== undefined)
    return problem('operation-in-progress', `a ${operation.name} is under way`, {
      file,
      hint: `Finish it: ${operation.way}.`,
    });
  const head = readHead(ground);
  if (head.kind === 'detached')
    return problem('detached-head', `no branch is checked out (HEAD is at ${head.commit.slice(0, 12)})`, {
      file,
    });
  if (!head.ref.startsWith('refs/heads/'))
    return problem('detached-head', `HEAD names ${head.ref}, which is no branch`, { file });
  if (OWN_BRANCH.test(head.ref))
    return problem('work-branch', `${head.ref.replace('refs/heads/', '')} is checked out`, { file });
  return isIgnored(ground, file, head.commit)
    ? problem('ignored-plan', `git ignores ${file}`, { file })
    : undefined;
}

/** What is tracked is never ignored; only for the rest must git be asked. */
function isIgnored(ground: Ground, file: string, tip: string | null): boolean {
  if (tip !== null && fileAtTip(ground, tip, file).blob !== null) return false;
  if (readIndex(ground, file).length > 0) return false;
  // check-ignore takes paths, not pathspecs, and refuses to be told that they are literal.
  return (
    ground.git.run(['check-ignore', '-q', '--', file], { env: { GIT_LITERAL_PATHSPECS: '0' } }).code === 0
  );
}
