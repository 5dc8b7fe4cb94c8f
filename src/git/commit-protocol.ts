/**
 * Persists a round as one commit, in steps that a kill, or the user's own git commands, may fall between:
 * (1) wait for quiet, (2) build objects, (3) leave an intent, (4) check again and put the files in place, (5) refresh
 * the index, (6) compare-and-swap the branch, (7) look again, (8) drop the intent.
 */
import { problem, RondoError } from '../errors.ts';
import { removeQuietly } from '../local/write-atomic.ts';
import type { CommitOrder, CommitOutcome } from '../ports.ts';
import { keepFileAtTip } from './file-at-tip.ts';
import type { Ground } from './ground.ts';
import { noteRound, owedFile, raiseMarks, readOwed, writeOwed } from './history.ts';
import { openHooks } from './hooks.ts';
import { dropIntent, type Intent, type IntentFile, waitingRoom, writeIntent } from './intent.ts';
import { lookAgain, refreshIndex, takeBack } from './mend-files.ts';
import { bytesOf } from './order-bytes.ts';
import { putNew } from './place-files.ts';
import { hasMoved, waitForQuiet } from './quiet.ts';
import { readRef } from './refs.ts';
import { buildCommit, describeFiles } from './round-objects.ts';
import { SAVED, swapBranch } from './swap-branch.ts';
import { prepareFile } from './work-file.ts';

type Committed = Extract<CommitOutcome, { kind: 'committed' }>;

/** Persists an order. Throws where nothing could be written; then the state is as it was. */
export function commitOrder(ground: Ground, order: CommitOrder): CommitOutcome {
  const busy = waitForQuiet(ground, order); // (1)
  if (busy !== undefined) return { kind: 'deferred', problem: busy };
  if (hasMoved(ground, order)) return { kind: 'moved' };
  ground.objects.begin();
  ground.onStep('quiet');
  const round = build(ground, order); // (2)
  ground.onStep('built');
  const intent = prepare(ground, order, round); // (3)
  ground.onStep('intended');
  const stop = placeFiles(ground, order, intent); // (4)
  if (stop !== undefined) return stop;
  ground.onStep('placed');
  const outcome = finishOrTakeBack(ground, intent, order); // (5) to (8)
  if (outcome.kind === 'committed') round.hooks.afterCommit();
  return outcome;
}

// ---------------------------------------------------------------- (2) build objects, (3) leave an intent

function build(ground: Ground, order: CommitOrder) {
  const hooks = openHooks(ground, order);
  const files = describeFiles(ground, order);
  const proposed = withOwedTrailers(ground, order);
  const message = hooks.beforeCommit(files, proposed);
  const sign = order.settings.sign ? { timeoutMs: order.settings.timeoutMs } : null;
  const commit = buildCommit(ground, order.tip, files, message, sign);
  return { commit, files, message, sign, hooks };
}

/** A round that the user's own commit took along left no trailers; this commit repeats them. */
function withOwedTrailers(ground: Ground, order: CommitOrder): string {
  const owed = readOwed(ground, order.plan)?.trailers ?? [];
  const missing = owed.filter((line) => !order.message.includes(`${line}\n`));
  return `${order.message.replace(/\0/g, '').trimEnd()}\n${missing.map((line) => `${line}\n`).join('')}`;
}

function prepare(ground: Ground, order: CommitOrder, round: ReturnType<typeof build>): Intent {
  const files: IntentFile[] = [];
  try {
    for (const [i, file] of round.files.entries()) {
      const change = order.files[i];
      const bytes = change === undefined ? null : bytesOf(change).after;
      files.push({
        ...file,
        prepared: bytes === null ? null : prepareFile(ground.root, file.file, bytes, waitingRoom(ground)),
      });
    }
    ground.onStep('prepared');
    const { plan, ref, attempts } = order;
    const intent: Intent = {
      version: 1,
      plan,
      round: order.round,
      ref,
      oldTip: order.tip,
      commit: round.commit,
      message: round.message,
      sign: round.sign,
      attempts,
      files,
    };
    writeIntent(ground, intent);
    return intent;
  } catch (error) {
    for (const { prepared } of files) if (prepared !== null) removeQuietly(prepared);
    throw error;
  }
}

// ---------------------------------------------------------------- (4) check again, put the files in place

/** Undefined where the files are in place; otherwise nothing was changed and the intent is dropped. */
function placeFiles(ground: Ground, order: CommitOrder, intent: Intent): CommitOutcome | undefined {
  let touched = false;
  try {
    const busy = waitForQuiet(ground, order);
    if (busy !== undefined || hasMoved(ground, order)) {
      dropIntent(ground, intent);
      return busy === undefined ? { kind: 'moved' } : { kind: 'deferred', problem: busy };
    }
    ground.onStep('checked');
    for (const file of intent.files) {
      putNew(ground, file);
      touched = true;
      ground.onStep(`put ${file.file}`);
    }
    return undefined;
  } catch (error) {
    if (touched && error instanceof RondoError) takeBack(ground, intent, order);
    if (error instanceof RondoError) dropIntent(ground, intent);
    throw error;
  }
}

// ---------------------------------------------------------------- (5) to (8)

/** A failure before the branch moved, such as a full disk, leaves the state as it was, as far as that can be written. */
function finishOrTakeBack(ground: Ground, intent: Intent, order: CommitOrder): CommitOutcome {
  try {
    return finish(ground, intent, order);
  } catch (error) {
    if (error instanceof RondoError && readRef(ground, intent.ref) === order.tip) {
      takeBack(ground, intent, order);
      dropIntent(ground, intent);
    }
    throw error;
  }
}

/** From files in place to the end; `order` has the texts, where this process and no killed one made the intent. */
export function finish(ground: Ground, first: Intent, order: CommitOrder | null): CommitOutcome {
  if (!refreshIndex(ground, first))
    // (5)
    return { kind: 'deferred', problem: problem('deferred', `the index stays locked; ${SAVED}`) };
  ground.onStep('indexed');
  const swapped = swapBranch(ground, first, order); // (6)
  ground.onStep('swapped');
  if (swapped.kind === 'stuck') return { kind: 'deferred', problem: swapped.problem };
  if (swapped.kind === 'saved') return conclude(ground, swapped.intent, order, swapped.commit); // (7), (8)
  takeBack(ground, swapped.intent, order);
  dropIntent(ground, swapped.intent);
  return { kind: 'moved' };
}

/** Ends a round that the branch holds, by its own commit or by one of the user's. */
export function conclude(
  ground: Ground,
  intent: Intent,
  order: CommitOrder | null,
  commit: string,
): Committed {
  lookAgain(ground, intent, order);
  ground.onStep('looked');
  const byUser = commit !== intent.commit;
  remember(ground, intent, order, commit, byUser);
  dropIntent(ground, intent);
  ground.onStep('dropped');
  return { kind: 'committed', commit, byUser, notes: [] };
}

/** Where the user's commit took the round along, its trailers are owed; else the next look need not ask git. */
function remember(
  ground: Ground,
  intent: Intent,
  order: CommitOrder | null,
  commit: string,
  byUser: boolean,
): void {
  const { plan, round, attempts, message } = intent;
  raiseMarks(ground, plan, attempts);
  if (byUser) {
    const trailers = message.split('\n').filter((line) => /^Rondo-(Change|Attempt): /.test(line));
    writeOwed(ground, plan, { round, commit, trailers });
    return;
  }
  removeQuietly(owedFile(ground, plan));
  noteRound(ground, plan, intent.oldTip, commit, round, attempts);
  for (const { file, newBlob } of intent.files.slice(0, 1)) {
    const change = order?.files.find((each) => each.file === file);
    const bytes = change === undefined ? null : bytesOf(change).after;
    keepFileAtTip(ground, { commit, file, blob: newBlob, bytes });
  }
}
