import { InvalidArgumentError } from '@commander-js/extra-typings';
import { durationMs } from '../../model/time.ts';
import { waitForChange } from '../../round/run.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';

/** Exit 5 where nothing changed in time: try again. */
const NOTHING_YET = 5;

export function register(cli: Cli): void {
  cli
    .command('wait')
    .argument('[plan]', 'the plan, by name or file')
    .option('--until-change', 'until its file changes or one of its workers ends; the default')
    .option('--timeout <duration>', 'at most so long, e.g. 30s', milliseconds)
    .action((plan, { timeout }) =>
      cli.answer('wait', async (session) => {
        const target = await chosenPlan(session, plan);
        const stop = new AbortController();
        const release = session.host.onInterrupt(() => stop.abort());
        const options = { timeoutMs: timeout ?? null, signal: stop.signal };
        const changed = await waitForChange(session.outside, target, options).finally(release);
        return {
          document: { plan: target.name, changed },
          text: () => (changed ? `${target.name} changed\n` : 'nothing changed\n'),
          exit: changed ? 0 : NOTHING_YET,
        };
      }),
    );
}

function milliseconds(value: string): number {
  const ms = durationMs(value);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 30s or 5m.');
  return ms;
}
