import { fail } from '../../errors.ts';
import { isId } from '../../model/id.ts';
import { findPlans, newPlanFile, type PlanFile } from '../../round/find-plans.ts';
import type { Cli } from '../cli.ts';
import { makeRound, type Request } from '../make-round.ts';
import type { Session } from '../session.ts';
import { wholeSlugOf } from '../slug.ts';

export function register(cli: Cli): void {
  cli
    .command('new')
    .argument('<topic>', "the plan's name; the file is docs/<topic>-state.md")
    .option('--goal <text>', 'what is to be reached')
    .action((topic, { goal }) =>
      cli.answer('new', async (session) => {
        const target = await freeFile(session, topic);
        const answer = await makeRound(session, target, {
          kind: 'new',
          plan: newPlan(session, target, titleOf(topic), goal),
        });
        return {
          ...answer,
          text: () => `${target.file} started\nnext: rondo add "<title>", or write tasks into the file\n`,
        };
      }),
    );
}

/** Words with spaces become a slug; anything else must be a plan name as it is. */
async function freeFile({ outside }: Session, topic: string): Promise<PlanFile> {
  const isWords = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ]*$/u.test(topic) && !isId(topic);
  const target = newPlanFile((isWords && wholeSlugOf(topic)) || topic);
  const { plans } = await findPlans(outside);
  const other = plans.find((plan) => plan.name.toLowerCase() === target.name.toLowerCase());
  if (other !== undefined)
    fail('already-exists', `there is a plan ${other.name} already`, { file: other.file });
  return target;
}

/** `passkey-login` becomes `Passkey login`; a topic typed with capitals or spaces stays as it was typed. */
function titleOf(topic: string): string {
  const words = topic.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function newPlan(
  { outside }: Session,
  { name, file }: PlanFile,
  title: string,
  goal: string | undefined,
): Extract<Request, { kind: 'new' }>['plan'] {
  return {
    name,
    file,
    title,
    fields: {
      rondo: 1,
      ...(goal === undefined ? {} : { goal }),
      origin: outside.repo.identity().name,
      status: 'running',
    },
    criteria: [],
    tasks: [],
    decisions: [],
  };
}
