import { fail } from '../../errors.ts';
import { isId } from '../../model/id.ts';
import {
  findArchived,
  findPlans,
  howToBringBack,
  newPlanFile,
  type PlanFile,
} from '../../round/find-plans.ts';
import { runRound } from '../../round/run-round.ts';
import type { Cli } from '../cli.ts';
import { type Request, roundAnswer } from '../make-round.ts';
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
        const plan = newPlan(session, target, titleOf(topic), goal);
        const { document } = await runRound(session.outside, target, { kind: 'new', plan });
        const before =
          document.round > 1
            ? `a plan ${target.name} was here before: rounds count on from ${document.round - 1}\n`
            : '';
        return {
          ...roundAnswer(session, document, { dryRun: false, starts: false }),
          text: () =>
            `${target.file} started\n${before}next: rondo add "<title>", or write tasks into the file\n`,
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
  // Its rounds, attempts and logs go by its name: a second plan of that name would go on in the first one's history.
  const archived = await findArchived(outside, target.name);
  if (archived !== undefined)
    fail('already-exists', `a plan ${archived.name} is archived as ${archived.file}`, {
      file: archived.file,
      hint: `Choose another name, or bring it back: ${howToBringBack(archived)}; then rondo restart ${archived.name}`,
    });
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
