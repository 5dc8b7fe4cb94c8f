import { InvalidArgumentError } from '@commander-js/extra-typings';
import { durationMs, formatTime, timeMs } from '../../model/time.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';

export function register(cli: Cli): void {
  cli
    .command('claim')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .option('--as <owner>', 'who takes it; your git name where not given')
    .option('--returns <condition>', 'what ends the wait for it')
    .option('--until <when>', 'how long it is yours without news: a time, or a duration from now', checkWhen)
    .action((typed, options) =>
      cli.answer('claim', async (session) => {
        const { target, task } = await chosenTask(session, typed);
        const until = untilTime(options.until, session.outside.clock.now());
        return await makeRound(session, target, {
          kind: 'claim',
          task,
          owner: options.as,
          returns: options.returns,
          until,
        });
      }),
    );
  cli
    .command('release')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .action((typed) =>
      cli.answer('release', async (session) => {
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'release', task });
      }),
    );
}

function checkWhen(value: string): string {
  if (durationMs(value) === undefined && timeMs(value) === undefined)
    throw new InvalidArgumentError('Expected a time such as 2026-11-21T10:15:00Z, or a duration such as 2h.');
  return value;
}

function untilTime(until: string | undefined, now: number): string | undefined {
  if (until === undefined) return undefined;
  const ms = durationMs(until);
  return formatTime(ms === undefined ? (timeMs(until) ?? now) : now + ms);
}
