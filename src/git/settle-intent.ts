/** Settles a round that was killed, by what it left: completes it, finds it saved, or takes it back. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problem, RondoError } from '../errors.ts';
import { removeQuietly } from '../local/write-atomic.ts';
import type { CommitOutcome } from '../ports.ts';
import { conclude, finish } from './commit-protocol.ts';
import { writeBlob } from './conversion.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { dropIntent, type Intent, readIntent, waitingRoom, writeIntent } from './intent.ts';
import { isCheckedOut, takeBack } from './mend-files.ts';
import { putNew, stateOf } from './place-files.ts';
import { waitForGit } from './quiet.ts';
import { readRef } from './refs.ts';
import { buildCommit } from './round-objects.ts';
import { standingOf } from './swap-branch.ts';
import { readWorkBytes } from './work-file.ts';

/** Says what became of an intent left behind; nothing where there is none. Throws `deferred` where git is busy. */
export function settleIntent(ground: Ground): readonly Problem[] {
  const intent = readIntent(ground);
  if (intent === undefined) {
    sweep(ground);
    return [];
  }
  const busy = waitForGit(ground);
  if (busy !== undefined) throw new RondoError(busy);
  const outcome = settle(ground, intent);
  if (outcome?.kind === 'deferred') throw new RondoError(outcome.problem);
  sweep(ground);
  const message = `round ${intent.round} of ${intent.plan} was interrupted; it ${whatBecame(outcome)}`;
  return [problem('round-recovered', message, { severity: 'info' })];
}

function whatBecame(outcome: CommitOutcome | undefined): string {
  if (outcome === undefined) return 'had changed nothing and was dropped';
  return outcome.kind === 'committed'
    ? `is saved as ${outcome.commit.slice(0, 12)}`
    : 'was taken back, since the plan has moved on';
}

/** Undefined where nothing of the round was in place. */
function settle(ground: Ground, intent: Intent): CommitOutcome | undefined {
  const tip = readRef(ground, intent.ref);
  if (tip !== null && isAncestor(ground, intent.commit, tip))
    return conclude(ground, intent, null, intent.commit);
  if (tip !== null && tip !== intent.oldTip && standingOf(ground, intent, tip) === 'new')
    return conclude(ground, intent, null, tip);
  const states = intent.files.map((file) => stateOf(ground, file));
  const [plan] = states;
  // Never completed over a file that is not its new blob; what comes after the plan file may still wait to be placed.
  if (plan !== 'new' || states.includes('other')) {
    takeBack(ground, intent, null);
    dropIntent(ground, intent);
    return plan === 'new' ? { kind: 'moved' } : undefined;
  }
  if (isCheckedOut(ground, intent.ref))
    intent.files.forEach((file, i) => {
      if (states[i] === 'old') putNew(ground, file);
    });
  return finish(ground, withObjects(ground, intent), null);
}

/** The objects of a killed round, should a prune have taken them: the files have its bytes. */
function withObjects(ground: Ground, intent: Intent): Intent {
  if (ground.objects.has(intent.commit)) return intent;
  for (const { file, newBlob, tipBlob } of intent.files) {
    const bytes = newBlob === null ? null : readWorkBytes(ground.root, file);
    if (bytes !== null) writeBlob(ground, file, bytes, tipBlob);
  }
  const again = {
    ...intent,
    commit: buildCommit(ground, intent.oldTip, intent.files, intent.message, intent.sign),
  };
  writeIntent(ground, again);
  return again;
}

/** Removes what a killed round had prepared. Only rounds make such files, and this one holds the lock. */
function sweep(ground: Ground): void {
  const folder = waitingRoom(ground);
  for (const name of namesIn(folder)) removeQuietly(join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
