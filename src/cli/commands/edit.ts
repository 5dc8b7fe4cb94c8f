import { decodeEdits } from '../../round/decode-edits.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';
import { refuseWorker } from '../refuse-worker.ts';

export function register(cli: Cli): void {
  cli
    .command('edit')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .argument('<field=value...>', 'fields with their new values; an empty value removes the field')
    .action((typed, pairs) =>
      cli.answer('edit', async (session) => {
        const { title, fields } = await decodeEdits(pairs);
        if (fields.some(({ name }) => APPROVAL.includes(name))) refuseWorker(session, 'approve a task');
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'edit', task, title, fields });
      }),
    );
}

/** To approve, and to say that no approval is needed, are the same thing. */
const APPROVAL: readonly string[] = ['approved_by', 'approved_at', 'needs_approval'];
